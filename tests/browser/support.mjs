// What all checks in a browser share.

import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";

/** Runs checks, prints one line each, and counts those that failed. `words` picks the checks whose
 * name has them; `lines` of what is wrong are shown. */
export function checks({ words = "", lines = 4 } = {}) {
  let failures = 0;
  async function check(what, run) {
    if (!what.includes(words)) return;
    try {
      await run();
      console.log(`ok    ${what}`);
    } catch (error) {
      failures += 1;
      console.log(`FAIL  ${what}: ${String(error.message ?? error).split("\n").slice(0, lines).join(" | ")}`);
    }
  }
  return { check, failures: () => failures };
}

const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css", ".svg": "image/svg+xml" };

/** How hosts serve plain files to readers: compressed, and to be kept. */
export const SERVED = { "Content-Encoding": "gzip", "Cache-Control": "max-age=31536000" };

/** A host of plain files, its own page for what isn't there, and `noted` of each file that is. */
export function host(folder, noted = () => {}, headers = {}) {
  const server = createServer((request, reply) => {
    const named = join(folder, decodeURIComponent(new URL(request.url, "http://host").pathname));
    const path = named.endsWith("/") ? join(named, "index.html") : named;
    const there = existsSync(path) && statSync(path).isFile();
    const sent = there ? path : join(folder, "404.html");
    if (there) noted(path.slice(folder.length), statSync(path).size);
    const bytes = readFileSync(sent);
    reply.writeHead(there ? 200 : 404, { "Content-Type": TYPES[extname(sent)] ?? "text/plain", ...headers });
    reply.end(headers["Content-Encoding"] === "gzip" ? gzipSync(bytes) : bytes);
  });
  return new Promise((done) => server.listen(0, "127.0.0.1", () => done(server)));
}
