// The search in a browser, over HTTP and from disk: what a reader finds, and what it costs.
//
//   node tests/browser/search.mjs [target/debug/lacuna]
//
// Builds a temporary handbook with the built program, prints one line a check, and ends with 1
// when one has failed. Nothing sleeps: each check waits for a condition, at most for TIMEOUT.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { checks, host } from "./support.mjs";

const TIMEOUT = 15_000;
// What a query may fetch, by the design.
const MOST = 50_000;
const program = resolve(process.argv[2] ?? "target/debug/lacuna");
const folder = mkdtempSync(join(tmpdir(), "lacuna-search-"));
const axe = readFileSync("node_modules/axe-core/axe.min.js", "utf8");
const complaints = [];
const { check, failures } = checks();

function write(name, text) {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
}

function equal(found, expected) {
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${a} instead of ${b}`);
}

function build(destination) {
  const done = spawnSync(program, ["--root", folder, "build", "-q", "-d", destination], { encoding: "utf8" });
  if (done.status !== 0) throw new Error(done.stderr);
}

// A handbook that is too large for one file.
write("book.toml", "[book]\ntitle = \"Handbook\"\n");
write("content/index.md", "# Handbook\n\nStart here.\n");
write("content/checklist.md", "# List\n\n## Critical\n\n### Operations\n\n- **Backups** {#backups}: Nobody knows how to restore the vault\n" +
  "- **Alerts** {#alerts}: Unknown thresholds\n\n### People\n\n- **Leave** {#leave}: None\n");
write("content/operations/alerts.md", "# Alerts\n\nWho is called.\n\n## Thresholds\n\nThe pager rings when the *queue* is longer than 90 s. Ring the überprüfung team.\n\n" +
  "## 日本語\n\nデータベースを復元する手順です。\n\n## עברית\n\nשָׁלוֹם לכולם\n");
// 12,000 words, so that what a misspelt one may be meant for fills its lists.
const SYLLABLES = ["ba", "ce", "di", "fo", "gu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "zu"];
const word = (number) => [1, 15, 225, 3375].map((power) => SYLLABLES[Math.floor(number / power) % 15]).join("");
const filler = (page) => Array.from({ length: 300 }, (_, i) => word((page * 149 + i * 41) % 12_000)).join(" ");
for (let page = 0; page < 80; page += 1) {
  write(`content/notes/n${page}.md`, `# Note ${page}\n\n## Part\n\n${filler(page)} ordinary\n`);
}
const output = join(folder, "book");
build(output);

// What was asked for.
let fetched = [];
const server = await host(output, (path, size) => fetched.push([path, size]));
const address = `http://127.0.0.1:${server.address().port}`;
const disk = pathToFileURL(output).href;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

async function open(address, options = {}) {
  const tab = await browser.newPage({ viewport: { width: 1100, height: 700 }, ...options });
  tab.setDefaultTimeout(TIMEOUT);
  tab.on("console", (message) => complaints.push(message.text()));
  tab.on("pageerror", (error) => complaints.push(String(error)));
  await tab.goto(address);
  return tab;
}

// Does what asks for an answer, and gives the titles that are found, when it is there.
async function answered(tab, act) {
  await tab.evaluate(() => { document.querySelector(".said").textContent = ""; });
  await act();
  await tab.waitForFunction(() => document.querySelector(".said").textContent !== "");
  return tab.$$eval(".hit > a", (links) => links.map((link) => link.textContent));
}

// The words must be others than before: the same ones ask for nothing.
function ask(tab, words) {
  return answered(tab, () => tab.fill("#finder-words", words));
}

function choose(tab, label, choice) {
  return answered(tab, () => tab.selectOption(`label:has-text('${label}') select`, choice));
}

async function finder(tab) {
  await tab.keyboard.press("/");
  await tab.waitForSelector("dialog.finder[open]");
}

try {
  for (const [name, base] of [["over HTTP", address], ["from disk", disk]]) {
    const tab = await open(`${base}/notes/n3.html`);
    await finder(tab);
    await check(`a word is found with its section, marked (${name})`, async () => {
      equal(await ask(tab, "thresholds"), ["Alerts"]);
      equal(await tab.textContent(".part a"), "Thresholds");
      equal(await tab.textContent(".part a mark"), "Thresholds");
    });
    await check(`a missing gap is found as missing (${name})`, async () => {
      equal(await ask(tab, "restore vault"), ["Backups"]);
      equal(await tab.textContent(".pill .word"), "missing");
    });
    await check(`half a word, one mistake, no accents (${name})`, async () => {
      equal(await ask(tab, "thresh"), ["Alerts"]);
      equal(await ask(tab, "thersholds"), ["Alerts"]);
      equal(await ask(tab, "bhresholds"), ["Alerts"]);
      equal(await ask(tab, "uberprufung"), ["Alerts"]);
    });
    await check(`text without spaces, and from right to left (${name})`, async () => {
      equal(await ask(tab, "復元"), ["Alerts"]);
      equal(await ask(tab, "שלום"), ["Alerts"]);
    });
    await check(`nothing is said to be found where there is nothing (${name})`, async () => {
      equal(await ask(tab, "xylophonist"), []);
      equal(await tab.textContent(".said"), "Nothing found");
    });
    await check(`the keyboard alone opens a result, and its words are marked (${name})`, async () => {
      await ask(tab, "queue rings");
      await tab.keyboard.press("ArrowDown");
      await tab.keyboard.press("ArrowDown");
      equal(await tab.evaluate(() => document.activeElement.textContent), "Thresholds");
      await tab.keyboard.press("Enter");
      await tab.waitForURL(/alerts\.html\?q=.*#thresholds$/);
      await tab.waitForFunction(() => CSS.highlights.get("search")?.size >= 2);
    });
    await tab.close();
  }

  const tab = await open(`${address}/index.html`);
  await check("nothing of the search is fetched before it is used", async () => {
    fetched = [];
    await tab.reload();
    await tab.waitForLoadState("networkidle");
    equal(fetched.filter(([path]) => path.includes("search")), []);
  });
  await check("Ctrl-K opens it, Escape closes it, and the focus returns", async () => {
    await tab.focus(".brand");
    await tab.keyboard.press("Control+k");
    await tab.waitForSelector("dialog.finder[open]");
    equal(await tab.evaluate(() => document.activeElement.id), "finder-words");
    await ask(tab, "backups");
    await tab.keyboard.press("Escape");
    await tab.waitForSelector("dialog.finder", { state: "hidden" });
    equal(await tab.evaluate(() => document.activeElement.className), "brand");
  });
  await check("the button opens it", async () => {
    await tab.click("button.search");
    await tab.waitForSelector("dialog.finder[open]");
  });
  await check("an area and a status can be chosen, with words and without", async () => {
    await ask(tab, "backups");
    // Without words and without a choice nothing is said.
    await tab.fill("#finder-words", "");
    equal((await choose(tab, "Status", "missing")).sort(), ["Backups", "Leave"]);
    equal(await choose(tab, "Area", { label: "People" }), ["Leave"]);
    equal(await ask(tab, "backups"), []);
    await choose(tab, "Area", "");
    await choose(tab, "Status", "");
  });
  await check("five pages are shown at once, and more when they are asked for", async () => {
    equal((await ask(tab, "ordinary")).length, 5);
    await tab.click("button.more");
    await tab.waitForFunction(() => document.querySelectorAll(".hits > li").length === 10);
    equal(await tab.evaluate(() => document.activeElement.closest("li") === document.querySelectorAll(".hits > li")[5]), true);
  });
  // Of words, and of words with two letters exchanged, from different volumes.
  const known = [40, 41, 42].map(word);
  const misspelt = [43, 44, 45, 46].map((number) => word(number).replace(/(..)(.)(.)/, "$1$3$2"));
  for (const [name, query] of [["words", [...known, "ordinary"]], ["misspelt words", misspelt]]) {
    await check(`a query of four ${name} fetches less than ${MOST} bytes`, async () => {
      fetched = [];
      await tab.reload();
      await finder(tab);
      const found = await ask(tab, query.join(" "));
      const cost = fetched.filter(([path]) => path.startsWith("/search/")).reduce((sum, [, size]) => sum + size, 0);
      if (cost > MOST || !found.length) throw new Error(`${cost} bytes for ${found.length} pages`);
    });
  }
  for (const scheme of ["light", "dark"]) {
    await check(`axe finds nothing in the dialog (${scheme})`, async () => {
      await tab.emulateMedia({ colorScheme: scheme });
      await ask(tab, "backups");
      await tab.evaluate(axe);
      const found = await tab.evaluate(() => window.axe.run(document));
      equal(found.violations.map((one) => `${one.id}: ${one.nodes[0].html.slice(0, 120)}`), []);
    });
  }
  await check("on a phone the dialog fits", async () => {
    const phone = await open(`${address}/index.html`, { viewport: { width: 360, height: 640 } });
    await phone.click("button.search");
    await phone.waitForSelector("dialog.finder[open]");
    await ask(phone, "backups");
    equal(await phone.evaluate(() => document.querySelector(".finder").scrollWidth <= 360), true);
    await phone.close();
  });
  await check("the search can be left out", async () => {
    write("book.toml", "[book]\ntitle = \"Handbook\"\n[output.html.search]\nenable = false\n");
    build(output);
    await tab.goto(`${address}/index.html`);
    await tab.keyboard.press("/");
    equal(await tab.$$eval("button.search, dialog", (found) => found.length), 0);
  });
  await check("the console stays empty", async () => equal(complaints, []));
} finally {
  await browser.close();
  server.close();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(failures() ? 1 : 0);
