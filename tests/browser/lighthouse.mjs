// What Lighthouse says of the handbook of this repository, built for search engines.
//
//   node tests/browser/lighthouse.mjs [target/debug/lacuna]
//
// Accessibility, best practices and SEO depend on the page alone: a score below LEAST fails. So do
// the bytes and requests of a page, and whether anything moves while it loads. The score for
// performance is timed, and so it is printed and fails nothing: a busy machine must not.

import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";
import { checks, host, SERVED } from "./support.mjs";

const LEAST = 99;
/** The most that is transferred for a page and all that it needs, compressed. */
const MOST_BYTES = 40_000;
const MOST_REQUESTS = 8;
// By their canonical addresses: another one costs points.
const PAGES = {
  home: "",
  area: "security-and-authentication/",
  gap: "security-and-authentication/api-key-management.html",
  status: "status/",
};
const JUDGED = { accessibility: "accessibility", "best-practices": "best practices", seo: "SEO" };

const program = resolve(process.argv[2] ?? "target/debug/lacuna");
const folder = mkdtempSync(join(tmpdir(), "lacuna-lighthouse-"));
const { check, failures } = checks();
for (const name of ["content", "themes", "examples.lock"]) {
  cpSync(name, join(folder, name), { recursive: true });
}
const server = await host(join(folder, "book"), undefined, SERVED);
const address = `http://127.0.0.1:${server.address().port}/`;
const settings = readFileSync("book.toml", "utf8");
const welcome = `[output.html]\nindexable = true\nsite-url = "${address}"`;
writeFileSync(join(folder, "book.toml"), settings.replace("[output.html]", welcome));
const built = spawnSync(program, ["--root", folder, "build", "-q", "--today", "2026-11-22"], { encoding: "utf8" });
if (built.status !== 0) throw new Error(built.stderr);

const chrome = await launch({
  chromePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  chromeFlags: ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  logLevel: "error",
});

/** The audits of a category that cost points. */
function costly(report, category) {
  const counted = report.categories[category].auditRefs.filter((audit) => audit.weight > 0);
  const audits = counted.map((audit) => report.audits[audit.id]);
  return audits.filter((audit) => audit.score !== null && audit.score < 1).map((audit) => audit.id);
}

function judge(report) {
  const found = [];
  for (const [category, name] of Object.entries(JUDGED)) {
    const score = Math.round(report.categories[category].score * 100);
    if (score < LEAST) found.push(`${name} ${score}: ${costly(report, category).join(", ")}`);
  }
  const requests = report.audits["network-requests"].details.items;
  const bytes = requests.reduce((sum, request) => sum + request.transferSize, 0);
  const moved = report.audits["cumulative-layout-shift"].numericValue;
  if (bytes > MOST_BYTES) found.push(`${bytes} bytes, and ${MOST_BYTES} are allowed`);
  if (requests.length > MOST_REQUESTS) found.push(`${requests.length} requests, and ${MOST_REQUESTS} are allowed`);
  if (moved > 0) found.push(`something moves while it loads: ${moved}`);
  const timed = Math.round(report.categories.performance.score * 100);
  const scores = Object.entries(JUDGED).map(([category, name]) => `${name} ${Math.round(report.categories[category].score * 100)}`);
  const slow = timed < LEAST ? ` (${costly(report, "performance").join(", ")})` : "";
  console.log(`      ${scores.join(", ")}; ${bytes} bytes in ${requests.length} requests; performance here and now ${timed}${slow}`);
  return found;
}

try {
  for (const [kind, page] of Object.entries(PAGES)) {
    await check(`Lighthouse finds the ${kind} page fit for readers and search engines`, async () => {
      const onlyCategories = ["performance", ...Object.keys(JUDGED)];
      const { lhr } = await lighthouse(address + page, { port: chrome.port, logLevel: "error", onlyCategories });
      if (lhr.runtimeError) throw new Error(lhr.runtimeError.message);
      const found = judge(lhr);
      if (found.length) throw new Error(found.join("\n"));
    });
  }
} finally {
  chrome.kill();
  server.close();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(failures() ? 1 : 0);
