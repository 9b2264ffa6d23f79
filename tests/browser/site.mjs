// The pages of a site in a browser: who can read them, and what they cost.
//
//   node tests/browser/site.mjs [target/debug/lacuna [WORDS]]
//
// Builds the handbook of this repository, and a small one with all kinds of pages and statuses.
// Prints one line a check, and ends with 1 when one has failed. WORDS picks the checks whose name
// has them. Nothing sleeps: each check waits for a condition, at most for TIMEOUT.

import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { checks, host } from "./support.mjs";

const TIMEOUT = 30_000;
const program = resolve(process.argv[2] ?? "target/debug/lacuna");
const words = process.argv[3] ?? "";
const folder = mkdtempSync(join(tmpdir(), "lacuna-site-"));
const axe = readFileSync("node_modules/axe-core/axe.min.js", "utf8");
const { check, failures } = checks({ words, lines: 12 });

function write(name, text) {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
}

function none(found) {
  if (found.length) throw new Error(found.slice(0, 8).join("\n"));
}

function atMost(what, found, most) {
  if (found > most) throw new Error(`${what}: ${found}, and ${most} are allowed`);
}

function build(root, name) {
  const output = join(folder, name);
  const day = ["--today", "2026-11-22"];
  const done = spawnSync(program, ["--root", root, "build", "-q", "-d", output, ...day], { encoding: "utf8" });
  if (done.status !== 0) throw new Error(done.stderr);
  return output;
}

// A small handbook with everything: statuses, kinds of pages, forms of Markdown.
const text = "Words that say something about the matter at hand, so that the page is more than an outline. ".repeat(12);
const sections = `## At a glance\n\n${text}\n\n## Why it matters\n\nSo.\n\n## Guidance\n\nThus.\n\n## Procedure\n\n1. One\n2. Two\n\n## Template\n\n\`\`\`yaml\nkey: value # words\n\`\`\`\n\n## Acceptance criteria\n\n- [x] Done\n- [ ] To do\n\n## References\n\n- [Home](../index.md)\n`;
const forms = "```yaml title=\"limits.yaml\"\nper_minute: 60 # [!code --]\nper_minute: 100 # [!code ++]\nburst: 20 # [!code highlight]\nlong: " + "word ".repeat(60) + "\n```\n\n" +
  "```sh tab=\"Debian\"\napt-get install restic\n```\n\n```sh tab=\"macOS\"\nbrew install restic\n```\n\n" +
  "```mermaid tab=\"Picture\" title=\"Nightly\"\nsequenceDiagram\n autonumber\n cron->>restic: backup\n restic-->>cron: done\n```\n\n[The table](table.csv) as a file.\n\n" +
  "A formula $e^{i\\pi} + 1 = 0$, and $\\mathbb{R}$ in the text.\n\n```math\nA = \\frac{\\text{uptime}}{\\text{uptime} + \\text{downtime}} + \\sum_{i=1}^{n} \\sqrt{x_i} + \\mathbf{v} \\cdot \\left( \\begin{aligned} a &= b \\\\ c &= d \\end{aligned} \\right) + \\overbrace{" + "a + ".repeat(20) + "a}^{\\text{so wide}}\n```\n";
const markup = `# Markup\n\nText with \`code\`, **strong**, *emphasis*, ~~gone~~, [a link](https://example.org), a note[^1].\n\n[^1]: The note.\n\n` +
  ["NOTE", "TIP", "IMPORTANT", "WARNING", "CAUTION"].map((kind) => `> [!${kind}]\n> Text with a [link](index.md) and \`code\`.\n\n`).join("") +
  `> [!TIP]- Folded\n> Text.\n\n> A quotation.\n\n| One | Two | Three |\n|:--|:-:|--:|\n| a | b | ${"wide ".repeat(60)} |\n\n` +
  "```rust\n// Comment\nfn main() { let x = \"text\"; println!(\"{x}\", 12); }\n```\n\n```console\n$ lacuna build \\\n  --strict\nbuilt\n$ lacuna check\n```\n\n" +
  "```mermaid title=\"From draft to paid\"\nflowchart LR\n draft --> sent --> paid\n```\n\n" +
  "```json\n{\"a\": [1, true, null, \"text\"]}\n```\n\n```sql\nselect count(*) from t where a = 'b'; -- why\n```\n\n" +
  "Term\n: Definition\n\n## Heading two\n\n### Heading three\n\n#### Heading four\n\n---\n\n1. First\n\n   Second paragraph.\n2. Second\n\n- [ ] open\n- [x] done\n";
write("book.toml", `[book]
title = "Small handbook"
description = "A handbook with everything."
[output.html]
theme = "handbook"
site-url = "https://handbook.example.org/"
math = true
git-repository-url = "https://example.org/repository"
edit-url-template = "https://example.org/edit/{path}"
[owners.ops]
name = "Operations"
contact = "mailto:ops@example.org"
[people.ann]
name = "Ann Example"
[[home.links]]
title = "How to restore"
page = "operations/complete.md"
`);
write("content/index.md", "# Small handbook\n\nWhat this is.\n");
write("content/checklist.md", "# List\n\n## Critical\n\n### 1. Operations\n\n- **Complete** {#complete}: All of it\n- **Stale** {#stale}: All of it\n- **Review** {#review}: All of it\n- **Changes** {#changes}: All of it\n- **Draft** {#draft}: All of it\n- **Outline** {#outline}: All of it\n- **Missing** {#missing}: All of it\n- **Waived** {#waived}: All of it\n\n## Nice to have\n\n### 2. People\n\n- **Leave** {#leave}: All of it\n");
for (const name of ["complete", "stale", "review", "changes", "draft"]) {
  write(`content/operations/${name}.md`, `---\nowner: ops\ntags: [one]\ncontrols: [\"ISO 27001:2022 A.8.13\", A.8.2]\n---\n\n# ${name[0].toUpperCase()}${name.slice(1)}\n\n${sections}`);
}
write("content/operations/outline.md", "# Outline\n\n## At a glance\n\nA few words.\n");
write("content/markup.md", markup);
write("content/forms.md", `# Forms\n\n${forms}`);
write("content/table.csv", "a,b\n1,2\n");
write("content/guide/one.md", "# One\n\nText.\n");
write("content/guide/two.md", "# Two\n\nText.\n");
write("content/waivers.yaml", "- gap: operations/waived\n  kind: not-applicable\n  reason: We have none\n  requested_by: bob\n  approved_by: ann\n  approved_on: 2026-10-01\n  expires: 2027-03-01\n");
// A review is bound to the digest that `lacuna status` prints.
function review(name, verdict, on, digest) {
  const said = spawnSync(program, ["--root", folder, "status", `operations/${name}`], { encoding: "utf8" }).stdout;
  const own = /v1-[0-9a-f]{32}/.exec(said)?.[0];
  const rest = verdict === "requested" ? "" : `  method: ran-the-steps\n  author: bob@example.org\n  digest: ${digest ?? own}\n`;
  write(`content/operations/${name}.reviews.yaml`, `- by: ann\n  on: ${on}\n  verdict: ${verdict}\n${rest}  note: Read it on paper.\n`);
}
review("complete", "approved", "2026-10-01");
review("stale", "approved", "2024-10-01");
review("review", "approved", "2026-10-01");
review("changes", "changes-requested", "2026-10-01");
// One text has changed since: its page leads to the difference, which git tells.
function git(...call) {
  const who = ["-c", "user.name=Bob", "-c", "user.email=bob@example.org", "-c", "commit.gpgSign=false"];
  const done = spawnSync("git", ["-C", folder, ...who, ...call], { encoding: "utf8" });
  if (done.status !== 0) throw new Error(done.stderr);
}
git("init", "-q");
git("add", "book.toml", "content");
git("commit", "-q", "-m", "The handbook");
write("content/operations/review.md", readFileSync(join(folder, "content/operations/review.md"), "utf8").replaceAll("Words that", "A few words that"));
cpSync("themes", join(folder, "themes"), { recursive: true });
const small = build(folder, "small");
const real = build(resolve("."), "real");
cpSync(join(folder, "content"), join(folder, "mirrored/content"), { recursive: true });
write("mirrored/book.toml", readFileSync(join(folder, "book.toml"), "utf8").replace("[book]", "[book]\nlanguage = \"ar\""));
cpSync("themes", join(folder, "mirrored/themes"), { recursive: true });
// A folder of the small site: one server for both.
build(join(folder, "mirrored"), "small/mirrored");

const servers = [await host(small), await host(real)];
const [smallHost, realHost] = servers.map((server) => `http://127.0.0.1:${server.address().port}/`);

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

const complaints = [];
const foreign = [];
async function open(address, options = {}) {
  const tab = await browser.newPage({ viewport: { width: 1280, height: 800 }, ...options });
  tab.setDefaultTimeout(TIMEOUT);
  tab.on("console", (message) => {
    if (!/404 \(Not Found\)/.test(message.text())) complaints.push(`${address}: ${message.text()}`);
  });
  tab.on("pageerror", (error) => complaints.push(`${address}: ${error}`));
  tab.on("request", (request) => {
    const hosts = [smallHost, realHost, "data:", "file:"];
    if (!hosts.some((known) => request.url().startsWith(known))) foreign.push(request.url());
  });
  await tab.goto(address);
  return tab;
}

const PAGES = [
  "index.html", "operations/index.html", "guide/index.html", "status/index.html", "status/tier-critical.html", "status/in-review.html", "status/controls.html", "status/changes/operations/review.html", "operations/print.html", "nowhere.html", "markup.html", "forms.html",
  "operations/complete.html", "operations/outline.html", "operations/missing.html", "operations/waived.html",
].map((page) => smallHost + page).concat([`${realHost}index.html`, `${realHost}status/index.html`, `${realHost}security-and-authentication/api-key-management.html`]);
const mirrored = ["index.html", "operations/complete.html", "status/index.html", "markup.html"].map((page) => `${smallHost}mirrored/${page}`);
const SIZES = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };

function files(output, below = "") {
  return readdirSync(join(output, below), { withFileTypes: true }).flatMap((entry) => {
    const name = below + entry.name;
    return entry.isDirectory() ? files(output, `${name}/`) : [name];
  });
}

// Neither a redirect nor a file of the content that is published as it is.
function isPage(html) {
  return html.includes("<meta name=\"generator\"");
}

try {
  for (const [size, viewport] of Object.entries(SIZES)) {
    for (const colorScheme of ["light", "dark"]) {
      await check(`axe finds nothing on any kind of page (${size}, ${colorScheme})`, async () => {
        const found = [];
        const tab = await open(PAGES[0], { viewport, colorScheme });
        for (const page of PAGES) {
          await tab.goto(page);
          await tab.evaluate(axe);
          const { violations } = await tab.evaluate(() => window.axe.run(document));
          found.push(...violations.map((one) => `${new URL(page).pathname} ${one.id} ${one.nodes[0].html.slice(0, 140)}`));
        }
        await tab.close();
        none(found);
      });
    }
  }

  // 320 pixels are also what is left of 1280 at 400 %.
  await check("no page is wider than the window, from 320 to 1600 pixels, from right to left, too", async () => {
    const found = [];
    for (const width of [320, 390, 768, 1280, 1600]) {
      const tab = await open(PAGES[0], { viewport: { width, height: 700 } });
      for (const page of PAGES.concat(mirrored)) {
        await tab.goto(page);
        const whole = await tab.evaluate(() => document.documentElement.scrollWidth);
        if (whole > width) found.push(`${new URL(page).pathname} ${whole} at ${width}`);
      }
      await tab.close();
    }
    none(found);
  });

  await check("from right to left the menu is on the right", async () => {
    const tab = await open(mirrored[1]);
    const [menu, text] = await tab.evaluate(() => ["nav.menu", "main"].map((one) => document.querySelector(one).getBoundingClientRect().x));
    await tab.close();
    if (menu <= text) throw new Error(`the menu begins at ${menu}, the text at ${text}`);
  });

  await check("with forced colours each status keeps its sign and its frame, and the bar its parts", async () => {
    const tab = await open(`${smallHost}index.html`, { forcedColors: "active" });
    const found = await tab.evaluate(() => {
      const cells = Array.from(document.querySelectorAll(".cell"));
      const bare = cells.filter((cell) => getComputedStyle(cell).borderStyle === "none" || !cell.querySelector(".glyph").textContent);
      const fills = new Set(Array.from(document.querySelectorAll(".bar rect"), (part) => {
        const style = getComputedStyle(part);
        return `${style.fill} ${style.stroke}`;
      }));
      return { cells: cells.length, bare: bare.length, stroked: !Array.from(fills).some((fill) => fill.endsWith(" none")) };
    });
    await tab.close();
    if (!found.cells || found.bare || !found.stroked) throw new Error(JSON.stringify(found));
  });

  await check("where the gap map has no room for names, the one in focus is shown", async () => {
    const tab = await open(`${smallHost}index.html`, { viewport: SIZES.phone });
    const width = () => tab.locator(".cell .name").first().evaluate((name) => name.getBoundingClientRect().width);
    const before = await width();
    await tab.locator(".cell").first().focus();
    await tab.keyboard.press("Shift+Tab");
    await tab.keyboard.press("Tab");
    const after = await width();
    await tab.close();
    if (before > 2 || after < 50) throw new Error(`${before} pixels before, ${after} in focus`);
  });

  await check("the gap map breaks no word, whatever room it has for names", async () => {
    const found = [];
    for (const width of [640, 800, 1024, 1280, 1440]) {
      const tab = await open(`${realHost}index.html`, { viewport: { width, height: 800 } });
      const broken = await tab.evaluate(() => Array.from(document.querySelectorAll(".cell .name"), ({ firstChild }) => {
        const lines = (word) => {
          const range = document.createRange();
          range.setStart(firstChild, word.index);
          range.setEnd(firstChild, word.index + word[0].length);
          return range.getClientRects().length;
        };
        return Array.from(firstChild.data.matchAll(/[a-z]+/gi)).filter((word) => lines(word) > 1).map(String);
      }).flat());
      await tab.close();
      found.push(...broken.map((word) => `${word} at ${width}`));
    }
    none(found);
  });

  await check("the section in the menu folds, without JavaScript, too", async () => {
    for (const javaScriptEnabled of [true, false]) {
      const tab = await open(`${smallHost}operations/complete.html`, { javaScriptEnabled });
      const entries = () => tab.locator(".menu .entries a:visible").count();
      const before = await entries();
      await tab.click(".menu .fold > summary");
      const after = await entries();
      await tab.close();
      if (!before || after) throw new Error(`${before} entries, folded ${after}, with JavaScript ${javaScriptEnabled}`);
    }
  });

  await check("nothing moves by itself for those who want less motion", async () => {
    const tab = await open(`${smallHost}markup.html`, { reducedMotion: "reduce" });
    const found = await tab.evaluate(() => Array.from(document.querySelectorAll("*")).filter((one) => {
      const style = getComputedStyle(one);
      return style.scrollBehavior === "smooth" || parseFloat(style.transitionDuration) > 0 || style.animationName !== "none";
    }).map((one) => one.outerHTML.slice(0, 80)));
    await tab.close();
    none(found);
  });

  await check("the Tab key reaches everything that can be used, the skip link first", async () => {
    const found = [];
    const tab = await open(PAGES[0]);
    for (const page of PAGES) {
      await tab.goto(page);
      const wanted = await tab.evaluate(() => {
        const all = document.querySelectorAll("a[href], button:not([tabindex='-1']), select, input:not([disabled]), summary, [tabindex='0']");
        const shown = Array.from(all).filter((one) => one.checkVisibility({ visibilityProperty: true }) && one.getClientRects().length);
        shown.forEach((one) => { one.dataset.wanted = ""; });
        return shown.length;
      });
      let reached = 0;
      for (let press = 0; press <= wanted + 3; press += 1) {
        await tab.keyboard.press("Tab");
        const here = await tab.evaluate((first) => {
          const at = document.activeElement;
          if (first && at.className !== "skip" && document.querySelector(".skip")) return "no skip link first";
          const is = "wanted" in at.dataset;
          delete at.dataset.wanted;
          return is;
        }, press === 0);
        if (typeof here === "string") found.push(`${page} ${here}`);
        if (here === true) reached += 1;
      }
      if (reached < wanted) {
        const left = await tab.evaluate(() => document.querySelector("[data-wanted]")?.outerHTML.slice(0, 120));
        found.push(`${new URL(page).pathname} ${reached} of ${wanted}: ${left}`);
      }
    }
    await tab.close();
    none(found);
  });

  for (const [name, output, base] of [["small", small, smallHost], ["real", real, realHost]]) {
    await check(`without JavaScript every page can be reached by links (${name})`, async () => {
      const ahead = ["index.html"], seen = new Set(ahead);
      while (ahead.length) {
        const here = ahead.pop();
        if (!existsSync(join(output, here))) throw new Error(`a link leads to ${here}, which isn't there`);
        const html = readFileSync(join(output, here), "utf8");
        if (!isPage(html)) continue;
        for (const [, href] of html.matchAll(/<a [^>]*href="([^"#?]+)/g)) {
          const url = new URL(href, base + here);
          const path = decodeURIComponent(url.pathname.slice(1));
          if (!url.href.startsWith(base) || !path.endsWith(".html") || seen.has(path)) continue;
          seen.add(path);
          ahead.push(path);
        }
      }
      const own = (file) => file.endsWith(".html") && file !== "404.html" && !file.startsWith("mirrored/");
      const pages = files(output).filter(own);
      none(pages.filter((page) => !seen.has(page) && isPage(readFileSync(join(output, page), "utf8"))));
    });
    await check(`the W3C checker finds no error (${name})`, async () => {
      const html = files(output).filter((file) => file.endsWith(".html")).map((file) => join(output, file));
      // What Lacuna makes; the content may hold files of its own.
      const pages = html.filter((file) => isPage(readFileSync(file, "utf8")));
      const jar = "node_modules/vnu-jar/build/dist/vnu.jar";
      const done = spawnSync("java", ["-jar", jar, "--errors-only", ...pages], { encoding: "utf8", maxBuffer: 1 << 26 });
      if (done.status !== 0) throw new Error((done.error?.message ?? "") + done.stderr.replaceAll(folder, "").slice(0, 1500));
    });
  }

  await check("a review that fell due after the build is overdue when its page is seen", async () => {
    const tab = await open(`${smallHost}operations/complete.html`);
    const seen = () => tab.innerText(".trust-line:not([hidden])");
    if (/overdue/.test(await seen())) throw new Error("it is overdue on the day of the build");
    await tab.clock.install({ time: new Date("2031-01-01") });
    await tab.reload();
    if (!/stale.*overdue/is.test(await seen())) throw new Error(await seen());
    await tab.close();
  });

  await check("each number leads to its list, without JavaScript, too", async () => {
    for (const javaScriptEnabled of [true, false]) {
      const tab = await open(`${smallHost}index.html`, { javaScriptEnabled });
      await tab.click(".figures dt a >> nth=0");
      await tab.waitForURL(/status/);
      // Written: complete, stale, in review twice.
      const shown = await tab.locator("tr[data-status]:visible").count();
      await tab.close();
      if (shown !== 4) throw new Error(`${shown} gaps with JavaScript ${javaScriptEnabled}`);
    }
  });

  await check("the number of a tier's written gaps leads to these", async () => {
    const tab = await open(`${smallHost}index.html`);
    await tab.click(".numbers summary");
    await tab.click(".counts tbody tr:first-child td:nth-child(3) a");
    await tab.waitForURL(/status\/index\.html\?tier=critical/);
    const shown = await tab.locator("tr[data-status]:visible").evaluateAll((rows) => rows.map((row) => row.dataset.status).sort());
    await tab.close();
    if (shown.join() !== "complete,in-review,in-review,stale") throw new Error(shown.join());
  });

  await check("a tab is chosen by keyboard, and holds on the next page", async () => {
    const tab = await open(`${smallHost}forms.html`);
    await tab.focus("[role=tab][aria-selected=true]");
    await tab.keyboard.press("ArrowRight");
    await tab.reload();
    const shown = await tab.innerText(".tabs .code:visible code");
    await tab.close();
    if (!shown.startsWith("brew")) throw new Error(`it shows ${shown}`);
  });

  await check("a tab may hold a diagram, and paper holds all tabs", async () => {
    const tab = await open(`${smallHost}forms.html`);
    await tab.click("[role=tab]:has-text('Picture')");
    await tab.waitForFunction(() => document.querySelector(".panel img.only-light").naturalWidth > 50);
    const shown = () => tab.locator(".tabs > :visible:not(.tablist)").evaluateAll((panels) => panels.map((panel) => panel.className).join());
    const [alone, paper] = [await shown(), await tab.emulateMedia({ media: "print" }).then(shown)];
    await tab.close();
    if (alone !== "panel" || paper !== "code,code,panel") throw new Error(`it shows ${alone}, and ${paper} on paper`);
  });

  await check("a long line can be wrapped, and what is copied has neither prompts nor lines that are gone", async () => {
    const tab = await open(`${smallHost}forms.html`);
    await tab.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    const frame = tab.locator(".code", { has: tab.locator(".line") });
    await frame.hover();
    await frame.locator("button.wrap").click();
    const wide = await frame.locator("pre").evaluate((pre) => pre.scrollWidth > pre.clientWidth);
    await frame.locator("button.copy").click();
    await frame.locator("button.copy", { hasText: "Copied" }).waitFor();
    const copied = await tab.evaluate(() => navigator.clipboard.readText());
    await tab.close();
    if (wide || !copied.startsWith("per_minute: 100\nburst: 20\n")) throw new Error(`wide: ${wide}, copied: ${copied}`);
  });

  await check("of a shell session the commands are copied, not what they print", async () => {
    const tab = await open(`${smallHost}markup.html`);
    await tab.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    const frame = tab.locator(".code[data-language=console]");
    await frame.hover();
    await frame.locator("button.copy").click();
    await frame.locator("button.copy", { hasText: "Copied" }).waitFor();
    const copied = await tab.evaluate(() => navigator.clipboard.readText());
    await tab.close();
    if (copied !== "lacuna build \\\n  --strict\nlacuna check") throw new Error(`copied: ${copied}`);
  });

  await check("the chosen theme holds on the next page, before anything is drawn", async () => {
    const tab = await open(`${smallHost}index.html`);
    await tab.click("button.theme");
    await tab.click("button.theme");
    await tab.goto(`${smallHost}markup.html`, { waitUntil: "commit" });
    await tab.waitForSelector("html[data-theme=dark]", { state: "attached" });
    const late = await tab.evaluate(() => document.querySelector("[data-theme]") === document.documentElement);
    await tab.close();
    if (!late) throw new Error("the theme isn't set");
  });

  await check("a diagram is the one for the page: light, dark, by itself, chosen, without JavaScript, on paper, from the disk", async () => {
    const wrong = [];
    const look = async (what, tab, wanted) => {
      const pictures = tab.locator(".diagram img");
      await pictures.first().waitFor({ state: "attached" });
      await tab.locator(`.diagram img.only-${wanted}`).scrollIntoViewIfNeeded();
      await tab.waitForFunction((wanted) => document.querySelector(`.diagram img.only-${wanted}`).naturalWidth > 50, wanted);
      const seen = await pictures.evaluateAll((pictures) => pictures.filter((picture) => picture.checkVisibility()).map((picture) => picture.className));
      if (seen.join() !== `only-${wanted}`) wrong.push(`${what}: ${seen.join() || "none"}`);
    };
    for (const colorScheme of ["light", "dark"]) {
      for (const javaScriptEnabled of [true, false]) {
        for (const page of [`${smallHost}markup.html`, pathToFileURL(join(small, "markup.html")).href]) {
          const tab = await open(page, { colorScheme, javaScriptEnabled });
          await look(`${page} (${colorScheme}, JavaScript: ${javaScriptEnabled})`, tab, colorScheme);
          await tab.close();
        }
      }
    }
    const tab = await open(`${smallHost}markup.html`, { colorScheme: "dark" });
    await tab.click("button.theme");
    await look("chosen: light", tab, "light");
    await tab.click("button.theme");
    await tab.emulateMedia({ colorScheme: "light" });
    await look("chosen: dark", tab, "dark");
    await tab.emulateMedia({ media: "print" });
    await look("on paper", tab, "light");
    await tab.close();
    none(wrong);
  });

  await check("a page is small: 15 kB without its text, a first load of 60 kB and 8 requests", async () => {
    const sizes = [];
    const tab = await open("about:blank");
    const bodies = [];
    tab.on("response", (response) => bodies.push(response.body().then((body) => sizes.push([response.url(), body.length]))));
    await tab.goto(`${realHost}security-and-authentication/api-key-management.html`, { waitUntil: "networkidle" });
    await Promise.all(bodies);
    const html = await (await tab.request.get(tab.url())).text();
    const prose = html.slice(html.indexOf("<div class=\"prose\">"), html.lastIndexOf("<footer>"));
    const own = Buffer.byteLength(html) - Buffer.byteLength(prose);
    const total = sizes.reduce((sum, [, size]) => sum + size, 0) - Buffer.byteLength(prose);
    console.log(`      ${own} bytes of HTML, ${total} in ${sizes.length} requests`);
    await tab.close();
    atMost("bytes of HTML", own, 15_000);
    atMost("bytes at first", total, 60_000);
    atMost("requests", sizes.length, 8);
  });
  await check("the home page is at most 60 kB, and the script 12 kB without the search", async () => {
    atMost("home", statSync(join(real, "index.html")).size, 60_000);
    const script = readFileSync(join(real, "assets/script.js"), "utf8");
    // What opens the search ends with an empty line.
    const rest = script.replace(/ {2}\/\/ Search:[\s\S]*?\n\n/, "");
    if (rest === script) throw new Error("what opens the search isn't found in the script");
    atMost("script", Buffer.byteLength(rest), 12_000);
  });
  await check("everything works from the disk, without a server", async () => {
    const tab = await open(pathToFileURL(join(real, "index.html")).href);
    await tab.click("button.theme");
    await tab.click("a[href$='status/index.html'] >> nth=0");
    await tab.waitForURL(/status\/index\.html/);
    await tab.selectOption("select[name=owner]", "finance");
    const rows = await tab.locator("tr[data-owner]:visible").evaluateAll((rows) => rows.map((row) => row.dataset.owner));
    await tab.click(".brand");
    await tab.waitForURL(/real\/index\.html/);
    await tab.close();
    if (!rows.length) throw new Error("no row is left");
    none(rows.filter((owner) => owner !== "finance"));
  });
  await check("the console stays empty", async () => none(complaints));
  await check("nothing is asked of another host", async () => none(foreign));
} finally {
  await browser.close();
  servers.forEach((server) => server.close());
  rmSync(folder, { recursive: true, force: true });
}
process.exit(failures() ? 1 : 0);
