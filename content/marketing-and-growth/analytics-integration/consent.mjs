// Consent first: nothing is loaded, kept or sent before the visitor agrees, and nothing after they change their mind.

// ANCHOR: consent
const LIFE_S = 180 * 24 * 60 * 60; // As the row `consent` of cookies.csv says.
const VERSION = "1"; // Raised when a purpose or a receiver is added: everybody is asked anew.

/** The visitor's choice: "granted", "refused" or "open". A browser's signal (Global Privacy Control) is a refusal. */
export function choice(cookies, signal = false) {
  const pairs = cookies.split(";").map((pair) => pair.trim().split("="));
  const [version, word] = (pairs.find(([name]) => name === "consent")?.[1] ?? "").split(".");
  if (version === VERSION && (word === "granted" || word === "refused")) return word;
  return signal ? "refused" : "open";
}

/** Sends events by `load()`'s function. `page` has the parts of the browser that are used. */
export class Analytics {
  #send = null;
  constructor(page, load, plan) {
    Object.assign(this, { page, load, plan });
    if (this.state === "granted") this.#begin();
  }
  get state() {
    return choice(this.page.document.cookie, this.page.navigator.globalPrivacyControl === true);
  }
  #begin() {
    this.#send ??= this.load();
  }
  decide(word) {
    if (word !== "granted" && word !== "refused") throw new TypeError(`no such choice: ${word}`);
    this.page.document.cookie = `consent=${VERSION}.${word}; Max-Age=${LIFE_S}; Path=/; Secure; SameSite=Lax`;
    if (word === "granted") return this.#begin();
    this.#send = null;
    for (const pair of this.page.document.cookie.split(";")) {
      const name = pair.trim().split("=")[0];
      if (/^_ga(_|$)/.test(name)) {
        for (const domain of ["", `; Domain=${this.page.location.hostname}`, `; Domain=.${this.page.location.hostname}`]) {
          this.page.document.cookie = `${name}=; Max-Age=0; Path=/${domain}`;
        }
      }
    }
  }
  /** True when the event was sent. What isn't in the plan is dropped, whoever asks for it. */
  track(name, params) {
    if (!this.#send || this.state !== "granted") return false;
    const wanted = this.plan[name];
    if (!wanted || wanted.slice().sort().join() !== Object.keys(params).sort().join()) return false;
    this.#send(name, params);
    return true;
  }
}
// ANCHOR_END: consent
