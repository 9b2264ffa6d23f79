// The live preview in a browser: what a writer sees while they save.
//
//   node tests/browser/live.mjs [target/debug/lacuna]
//
// Starts the built program on a temporary handbook, prints one line a check, and ends with 1 when
// one has failed. Nothing sleeps: each check waits for a condition, at most for TIMEOUT.

import { spawn } from "node:child_process";
import { mkdtempSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { chromium } from "playwright-core";
import { checks } from "./support.mjs";

const TIMEOUT = 15_000;
const program = resolve(process.argv[2] ?? "target/debug/lacuna");
const folder = mkdtempSync(join(tmpdir(), "lacuna-live-"));
const complaints = [];
const { check, failures } = checks();
let server = null;

function write(name, text) {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.tmp`, text);
  renameSync(`${path}.tmp`, path);
}

function equal(found, expected) {
  if (found !== expected) throw new Error(`${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`);
}

// Starts the preview and gives its address, as it is printed.
function start(...options) {
  if (!options.includes("--port")) options.push("--port", "0");
  return new Promise((done, fail) => {
    server = spawn(program, ["--root", folder, "serve", ...options]);
    let said = "";
    server.stderr.on("data", (data) => {
      said += data;
      const found = said.match(/http:\/\/[^ ]+/);
      if (found) done(found[0].replace(/\/$/, ""));
    });
    server.on("exit", () => fail(new Error(`the preview ended: ${said}`)));
  });
}

function stop() {
  return new Promise((done) => {
    if (!server || server.exitCode !== null || server.signalCode !== null) return done();
    server.removeAllListeners("exit");
    server.on("exit", done);
    server.kill();
  });
}

const filler = Array.from({ length: 60 }, (_, i) => `Paragraph ${i} of the page.`).join("\n\n");
function page(words, rest = "") {
  return `# Install\n\n## First\n\n<details><summary>More</summary>\n\nInside.\n\n</details>\n\n` +
    `<p>Name <input id="name"></p>\n\n${filler}\n\n## Last\n\n${words}\n\n${rest}`;
}
const book = "[book]\ntitle = \"Book\"\n[output.html]\ntheme = \"mine\"\nadditional-css = [\"looks.css\"]\n";

write("book.toml", book);
write("looks.css", ".prose { outline-color: rgb(1, 2, 3); }\n");
write("themes/mine/theme.toml", "");
write("content/index.md", "# Home\n\nWelcome.\n");
write("content/guide/install.md", page("Old words."));
write("content/guide/other.md", "# Other\n\nOther words.\n");
write("content/checklist.md", "# List\n## Critical\n### Operations\n- **Backups** {#backups}: None\n");
write("content/operations/backups.md", "# Backups\n\nShort.\n");

let address = await start();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
  ],
});
const context = await browser.newContext({ viewport: { width: 1100, height: 700 } });
// Every page of an automated browser counts as shown, so a test says itself which one is hidden.
function hideable() {
  let hidden = false;
  Object.defineProperty(Document.prototype, "hidden", { get: () => hidden });
  window.setHidden = (value) => {
    hidden = value;
    document.dispatchEvent(new Event("visibilitychange"));
  };
}
await context.addInitScript(hideable);

// Opens a page and notes what it complains of; the marker tells whether it was loaded again.
async function open(path, base = address, within = context) {
  const tab = await within.newPage();
  tab.setDefaultTimeout(TIMEOUT);
  tab.on("console", (message) => {
    const gone = /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET/;
    if (message.type() === "error" && !gone.test(message.text())) complaints.push(message.text());
  });
  tab.on("pageerror", (error) => complaints.push(String(error)));
  await tab.goto(base + path);
  await tab.evaluate(() => { window.marker = true; });
  await settled(tab);
  return tab;
}

// The panel is there from the first update on.
async function settled(tab) {
  await tab.waitForSelector(".lacuna-live", { state: "attached" });
}

function shows(tab, text) {
  return tab.waitForFunction((text) => document.body.innerText.includes(text), text);
}

async function stays(tab) {
  equal(await tab.evaluate(() => window.marker === true), true);
}

try {
  const tab = await open("/guide/install.html");

  await check("an edit shows up in place, and what the reader has done stays", async () => {
    await tab.click("button.theme");
    await tab.click("details > summary:has-text('More')");
    await tab.fill("#name", "typed");
    await tab.evaluate(() => scrollTo(0, 900));
    write("content/guide/install.md", page("New words."));
    await shows(tab, "New words.");
    await stays(tab);
    equal(await tab.evaluate(() => Math.round(scrollY)), 900);
    equal(await tab.evaluate(() => document.querySelector(".prose details").open), true);
    equal(await tab.inputValue("#name"), "typed");
    equal(await tab.evaluate(() => document.documentElement.getAttribute("data-theme")), "light");
  });

  await check("a new code block gets its copy button, and an old one has one only", async () => {
    write("content/guide/install.md", page("New words.", "```sql\nselect 1;\n```\n"));
    await tab.waitForSelector("div.code button.copy");
    write("content/guide/install.md", page("New words.", "```sql\nselect 2;\n```\n\n```sql\nselect 3;\n```\n"));
    await tab.waitForFunction(() => document.querySelectorAll("div.code button.copy").length === 2);
    equal(await tab.evaluate(() => document.querySelectorAll("div.code").length), 2);
    await stays(tab);
  });

  await check("a diagram is drawn anew, and its tabs stay", async () => {
    const drawn = (word) => page("New words.", `\`\`\`mermaid tab="Picture" title="${word}"\nflowchart LR\n  a --> ${word}\n\`\`\`\n`);
    const waits = (word) => tab.waitForFunction((word) => {
      const picture = document.querySelector(".diagram img.only-light");
      return picture?.alt === word && picture.complete && picture.naturalWidth > 20;
    }, word);
    const look = () => tab.evaluate(() => document.querySelector(".diagram img.only-light").src);
    write("content/guide/install.md", drawn("once"));
    await tab.locator(".diagram").scrollIntoViewIfNeeded();
    await waits("once");
    const first = await look();
    write("content/guide/install.md", drawn("again"));
    await waits("again");
    if (first === await look()) throw new Error("it is the same picture");
    equal(await tab.locator(".tabs [role=tab]").count(), 1);
    await stays(tab);
  });

  await check("the contents of the page follow", async () => {
    write("content/guide/install.md", page("New words.", "## Brand new\n\nText.\n"));
    await tab.waitForSelector("nav.toc a:has-text('Brand new')", { state: "attached" });
    await stays(tab);
  });

  await check("the mark in the contents follows the reader after an edit, too", async () => {
    await tab.evaluate(() => document.getElementById("first").scrollIntoView());
    await tab.waitForSelector("nav.toc a[aria-current]:has-text('First')", { state: "attached" });
    write("content/guide/install.md", page("New words.").replace("## First", "## At first"));
    await tab.waitForSelector("nav.toc a[aria-current]:has-text('At first')", { state: "attached" });
    await tab.evaluate(() => scrollTo(0, 0));
    await tab.waitForFunction(() => !document.querySelector("nav.toc a[aria-current]"));
    await stays(tab);
  });

  await check("the filters of the status page hold for a gap that is new", async () => {
    const status = await open("/status/index.html?status=draft");
    const list = "# List\n## Critical\n### Operations\n- **Backups** {#backups}: None\n";
    write("content/checklist.md", `${list}- **On call** {#on-call}: Nobody knows\n`);
    await status.waitForSelector("section.gaps tr[data-status]:has-text('On call')", { state: "attached" });
    await status.waitForFunction(() => document.querySelector("form.filters output").textContent === "0 of 2");
    equal(await status.isVisible("section.gaps tr[data-status]:has-text('On call')"), false);
    await stays(status);
    write("content/checklist.md", list);
    await status.close();
  });

  await check("the navigation follows a new title of another page", async () => {
    write("content/guide/other.md", "# Renamed\n\nOther words.\n");
    await tab.waitForSelector("nav.menu a:has-text('Renamed')", { state: "attached" });
    await stays(tab);
  });

  await check("a style sheet of the project is exchanged without loading the page again", async () => {
    write("looks.css", ".prose { outline-color: rgb(4, 5, 6); }\n");
    await tab.waitForFunction(() => getComputedStyle(document.querySelector(".prose")).outlineColor === "rgb(4, 5, 6)");
    await stays(tab);
  });

  await check("so is one of the theme, and the old one goes", async () => {
    write("themes/mine/static/style.css", "body { color: rgb(7, 8, 9); }\n");
    await tab.waitForFunction(() => getComputedStyle(document.body).color === "rgb(7, 8, 9)");
    await tab.waitForFunction(() => document.querySelectorAll("link[rel=stylesheet][href*='style.css']").length === 1);
    await stays(tab);
    rmSync(join(folder, "themes/mine/static/style.css"));
    await tab.waitForFunction(() => getComputedStyle(document.body).color !== "rgb(7, 8, 9)");
    await stays(tab);
  });

  await check("an error is shown with its rule and place, and goes when it is mended", async () => {
    write("content/guide/install.md", page("New words. [nowhere](nowhere.md)"));
    await tab.waitForSelector(".lacuna-errors pre:has-text('L001')");
    const text = await tab.textContent(".lacuna-errors pre");
    if (!/content\/guide\/install\.md:\d+/.test(text)) throw new Error(text);
    write("content/guide/install.md", page("Mended words."));
    await tab.waitForSelector(".lacuna-errors", { state: "detached" });
    await shows(tab, "Mended words.");
    await stays(tab);
  });

  await check("broken settings leave the last good page below the error", async () => {
    write("book.toml", "[book\n");
    await tab.waitForSelector(".lacuna-errors pre:has-text('book.toml:1')");
    await shows(tab, "Mended words.");
    write("book.toml", book);
    await tab.waitForSelector(".lacuna-errors", { state: "detached" });
    await stays(tab);
  });

  await check("the margin tells the status, what holds it back and where", async () => {
    const gap = await open("/operations/backups.html");
    const margin = await gap.waitForSelector(".lacuna-margin");
    const before = await margin.evaluate((node) => node.textContent);
    if (!before.trim()) throw new Error("the margin is empty");
    equal(await gap.evaluate(() => document.querySelectorAll(".lacuna-margin p").length > 0), true);
    write("content/operations/backups.md", "---\ndraft: true\n---\n# Backups\n\n## Scope\n\nEverything is saved each night.\n");
    await gap.waitForFunction((before) => document.querySelector(".lacuna-margin").textContent !== before, before);
    await stays(gap);
    await gap.close();
  });

  await check("two tabs both follow", async () => {
    const other = await open("/guide/install.html");
    write("content/guide/install.md", page("For both."));
    await Promise.all([shows(tab, "For both."), shows(other, "For both.")]);
    await stays(other);
    await other.close();
  });

  await check("nine windows that are all shown follow, by one stream", async () => {
    const windows = [tab];
    while (windows.length < 9) windows.push(await open("/guide/install.html"));
    write("content/guide/install.md", page("For nine."));
    await Promise.all(windows.map((window) => shows(window, "For nine.")));
    await Promise.all(windows.map(stays));
    await Promise.all(windows.slice(1).map((window) => window.close()));
  });

  await check("without shared workers, eight tabs work, since hidden ones give their connection back", async () => {
    const old = await browser.newContext({ viewport: { width: 1100, height: 700 } });
    await old.addInitScript(hideable);
    await old.addInitScript(() => { delete window.SharedWorker; });
    const tabs = [];
    for (let i = 0; i < 8; i += 1) {
      for (const other of tabs) await other.evaluate(() => window.setHidden(true));
      tabs.push(await open("/guide/install.html", address, old));
    }
    write("content/guide/install.md", page("For eight."));
    await shows(tabs[7], "For eight.");
    for (const other of tabs.slice(0, 7)) {
      for (const next of tabs) await next.evaluate(() => window.setHidden(true));
      await other.evaluate(() => window.setHidden(false));
      await shows(other, "For eight.");
      await stays(other);
    }
    await old.close();
  });

  await check("after the server has started again, the tab comes back and is up to date", async () => {
    const port = new URL(address).port;
    await stop();
    write("content/guide/install.md", page("While it was away."));
    address = await start("--port", port, "--strict-port");
    await shows(tab, "While it was away.");
    write("content/guide/install.md", page("And after."));
    await shows(tab, "And after.");
    await stays(tab);
  });

  await check("a page that is removed says so, and comes back", async () => {
    rmSync(join(folder, "content/guide/install.md"));
    await shows(tab, "Page not found");
    write("content/guide/install.md", page("Here again."));
    await shows(tab, "Here again.");
  });

  await check("--follow goes to the page that was saved", async () => {
    await tab.close();
    await stop();
    address = await start("--follow");
    const follower = await open("/");
    write("content/guide/install.md", page("Followed."));
    await follower.waitForURL("**/guide/install.html");
    await shows(follower, "Followed.");
    await settled(follower);
    await follower.evaluate(() => { window.marker = true; });
    write("content/guide/install.md", page("In place."));
    await shows(follower, "In place.");
    await stays(follower);
    write("content/index.md", "# Home\n\nHome was saved.\n");
    await follower.waitForURL("**/index.html");
    await shows(follower, "Home was saved.");
  });

  await check("no page has complained", async () => {
    // The page that was removed is asked for while it is gone.
    const others = complaints.filter((text) => !text.includes("404"));
    equal(others.join("; "), "");
  });
} finally {
  await browser.close();
  await stop();
  rmSync(folder, { recursive: true, force: true });
}
console.log(failures() ? `${failures()} failed` : "all passed");
process.exitCode = failures() ? 1 : 0;
