"""Each fault is made in the sample and must be found; Chromium (if there is one) measures the sample at four widths."""
import json
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from check_page import BUDGET, check

HERE = Path(__file__).parent
HTML, CSS, MANIFEST = ((HERE / name).read_text(encoding="utf-8") for name in ("sample.html", "sample.css", "portal.webmanifest"))
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


class Findings(unittest.TestCase):
    def test_the_sample_is_clean(self):
        self.assertEqual(check(HTML, CSS, MANIFEST), [])

    def made(self, which, old, new):
        texts = {"html": HTML, "css": CSS, "manifest": MANIFEST}
        self.assertIn(old, texts[which])
        texts[which] = texts[which].replace(old, new)
        return check(*texts.values())

    def test_each_fault_is_found(self):
        for which, old, new, fault in [
            ("html", ' lang="en-IE"', "", "<html> has no lang"),
            ("html", "width=device-width", "width=1024", "isn't width=device-width"),
            ("html", "initial-scale=1", "initial-scale=1, user-scalable=no", "forbids zoom"),
            ("html", "initial-scale=1", "initial-scale=1, maximum-scale=1", "forbids zoom"),
            ("html", ' for="number"', "", "has no label"),
            ("html", ' autocomplete="off"', "", "has no autocomplete"),
            ("html", 'type="text"', 'type="number"', "not type=number"),
            ("html", ' height="240"', "", "the page jumps"),
            ("html", ' alt="Calls in October: 182,000 of 250,000"', "", "has no alt"),
            ("html", '<div class="scroll" role="region"', '<div class="scroll"', "outside a named frame"),
            ("html", ' tabindex="0"', "", "outside a named frame"),
            ("html", "<h1>", '<h1 style="color: red">', "a style of its own"),
            ("css", "min-width: 600px", "min-width: 640px", "none of our breakpoints"),
            ("css", "min-width: 1024px", "max-width: 1024px", "none of our breakpoints"),
            ("css", "min-block-size: 44px; min-inline-size", "min-block-size: 32px; min-inline-size", "can be lower than 44"),
            ("css", "input, select, textarea { font-size: 1rem;", "input, select, textarea { font-size: 14px;", "phones zoom in"),
            ("css", "max-inline-size: 24rem", "width: 400px", "doesn't fit 320 pixels"),
            ("css", "inset-block-start: -4rem", "left: -999px", "doesn't turn for right-to-left"),
            ("css", "gap: 1.5rem", "margin-left: 1rem", "doesn't turn for right-to-left"),
            ("css", "prefers-reduced-motion", "prefers-contrast", "nothing is said about prefers-reduced-motion"),
            ("manifest", '"display": "browser"', '"display": "standalone"', "hides the address"),
            ("manifest", "512x512", "500x500", "lacks an icon"),
        ]:
            found = self.made(which, old, new)
            self.assertTrue(any(fault in line for line in found), (old, new, found))


@unittest.skipUnless(CHROMIUM, "Chromium, which measures the page, isn't installed")
class Measured(unittest.TestCase):
    MEASURE = """<script>addEventListener("load", function () {
        var boxes = Array.from(document.querySelectorAll("button, summary, input, td a")).map(function (element) {
            var box = element.getBoundingClientRect(); return Math.min(box.width, box.height); });
        parent.postMessage({ width: document.documentElement.scrollWidth, target: Math.min.apply(null, boxes) }, "*"); });</script>"""

    def measure(self, width):
        """The width that the page takes in a window of `width` pixels, and its smallest target."""
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            (folder / "sample.css").write_text(CSS, encoding="utf-8")
            (folder / "page.html").write_text(HTML.replace("</head>", self.MEASURE + "</head>"), encoding="utf-8")
            (folder / "frame.html").write_text(
                f'<!doctype html><p id="said"></p><iframe src="page.html" width="{width}" height="700" style="border:0"></iframe>'
                '<script>addEventListener("message", function (event) {'
                'document.getElementById("said").textContent = JSON.stringify(event.data); });</script>', encoding="utf-8")
            out = subprocess.run(
                [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
                 f"--user-data-dir={folder / 'profile'}", "--virtual-time-budget=4000", "--dump-dom", (folder / "frame.html").as_uri()],
                capture_output=True, text=True, timeout=120, check=True).stdout
        said = re.search(r'<p id="said">(\{.*?\})</p>', out)
        self.assertTrue(said, out)
        return json.loads(said[1])

    def test_the_sample_fits_and_its_targets_are_large_enough(self):
        for width in (320, 375, 600, 1024):
            found = self.measure(width)
            self.assertEqual(found["width"], width)
            self.assertGreaterEqual(found["target"], BUDGET["target_px"])


if __name__ == "__main__":
    unittest.main()
