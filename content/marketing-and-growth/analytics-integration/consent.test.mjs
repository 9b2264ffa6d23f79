// The consent of the public site, in a made-up browser: what is loaded, sent and kept, and when.
import assert from "node:assert/strict";
import test from "node:test";
import { Analytics, choice } from "./consent.mjs";

const PLAN = { page_view: ["page_path", "page_language", "referrer_kind"], plan_chosen: ["plan"] };

/** A browser with a jar of cookies, as far as the module uses it. */
function browser(cookies = {}, signal = undefined) {
  const jar = new Map(Object.entries(cookies));
  const written = [];
  return {
    written,
    navigator: { globalPrivacyControl: signal },
    location: { hostname: "www.example.org" },
    document: {
      get cookie() {
        return [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
      },
      set cookie(text) {
        written.push(text);
        const [name, value] = text.split(";")[0].split("=");
        if (/Max-Age=0(;|$)/.test(text)) jar.delete(name);
        else jar.set(name, value);
      },
    },
  };
}

function site(page) {
  const sent = [];
  let loads = 0;
  const load = () => {
    loads += 1;
    return (name, params) => sent.push([name, params]);
  };
  return { analytics: new Analytics(page, load, PLAN), sent, loads: () => loads };
}

test("nothing is loaded, sent or stored before a choice", () => {
  const page = browser();
  const { analytics, sent, loads } = site(page);
  assert.equal(analytics.state, "open");
  assert.equal(analytics.track("plan_chosen", { plan: "team" }), false);
  assert.deepEqual([sent, loads(), page.written], [[], 0, []]);
});

test("after agreement events are sent, those of before are not", () => {
  const { analytics, sent, loads } = site(browser());
  analytics.track("plan_chosen", { plan: "team" });
  analytics.decide("granted");
  analytics.decide("granted");
  assert.equal(analytics.track("plan_chosen", { plan: "starter" }), true);
  assert.deepEqual(sent, [["plan_chosen", { plan: "starter" }]]);
  assert.equal(loads(), 1);
});

test("a returning visitor is not asked again, for 180 days", () => {
  const page = browser({ consent: "1.granted" });
  assert.equal(site(page).loads(), 1);
  site(page).analytics.decide("granted");
  assert.match(page.written[0], /^consent=1\.granted; Max-Age=15552000; Path=\/; Secure; SameSite=Lax$/);
  assert.equal(choice("consent=0.granted"), "open", "asked anew when the purposes have changed");
  assert.equal(choice("consent=granted"), "open");
});

test("who withdraws is forgotten: no event, no cookie of the statistics", () => {
  const page = browser({ consent: "1.granted", _ga: "GA1.1.1", _ga_ABC: "GS1", _gallery: "x", locale: "de" });
  const { analytics, sent } = site(page);
  analytics.decide("refused");
  assert.equal(analytics.track("plan_chosen", { plan: "team" }), false);
  assert.deepEqual(sent, []);
  assert.equal(page.document.cookie, "consent=1.refused; _gallery=x; locale=de");
});

test("a choice made in another tab counts at once", () => {
  const page = browser({ consent: "1.granted" });
  const { analytics, sent } = site(page);
  page.document.cookie = "consent=1.refused";
  assert.equal(analytics.track("plan_chosen", { plan: "team" }), false);
  assert.deepEqual(sent, []);
});

test("the browser's signal is a refusal until the visitor says otherwise", () => {
  assert.equal(choice("", true), "refused");
  assert.equal(choice("consent=1.granted", true), "granted");
  assert.equal(site(browser({}, true)).analytics.state, "refused");
});

test("only what the plan holds is sent", () => {
  const { analytics, sent } = site(browser({ consent: "1.granted" }));
  assert.equal(analytics.track("mouse_moved", {}), false);
  assert.equal(analytics.track("plan_chosen", { plan: "team", email: "ann@example.org" }), false);
  assert.equal(analytics.track("plan_chosen", {}), false);
  assert.throws(() => analytics.decide("yes"), TypeError);
  assert.deepEqual(sent, []);
});
