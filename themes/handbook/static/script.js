// Small comforts. Every page reads and works without this file.
(function () {
  "use strict";
  var root = document.documentElement;
  function all(selector, within) {
    return Array.prototype.slice.call((within || document).querySelectorAll(selector));
  }
  function make(tag, properties) {
    return Object.assign(document.createElement(tag), properties);
  }

  // Theme: automatic, light, dark. The first paint is settled by the inline script in <head>.
  var theme = document.querySelector("button.theme");
  if (theme) theme.addEventListener("click", function () {
    var order = ["", "light", "dark"];
    var next = order[(order.indexOf(root.getAttribute("data-theme") || "") + 1) % 3];
    if (next) root.setAttribute("data-theme", next);
    else root.removeAttribute("data-theme");
    try {
      if (next) localStorage.setItem("theme", next);
      else localStorage.removeItem("theme");
    } catch (e) { /* Storage may be forbidden: the choice then lasts for this page. */ }
  });

  // Search: its script, its style and its index are fetched when it is first asked for.
  var opener = document.querySelector("button[data-search]");
  var finder = null;
  function withFinder(then) {
    finder = finder || Promise.all([
      load("link", { rel: "stylesheet", href: opener.getAttribute("data-style") }),
      load("script", { src: opener.getAttribute("data-script") })
    ]);
    finder.then(function () { then(window.lacunaFinder); });
  }
  function load(tag, properties) {
    return new Promise(function (done) {
      properties.onload = done;
      document.head.appendChild(make(tag, properties));
    });
  }
  function find() { withFinder(function (search) { search.open(); }); }
  if (opener) {
    all("[data-search]").forEach(function (button) { button.addEventListener("click", find); });
    var asked = new URLSearchParams(location.search).get("q");
    if (asked) withFinder(function (search) { search.mark(asked); });
  }
  if (opener && opener.hasAttribute("aria-keyshortcuts")) addEventListener("keydown", function (event) {
    var typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || event.target.isContentEditable;
    var slash = event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (!slash && !((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k")) return;
    event.preventDefault();
    find();
  });

  // What wide windows always show counts as unfolded there, for those who listen to the page, too.
  [["nav.menu > details", "(min-width: 64rem)"], ["nav.toc > details", "(min-width: 80rem)"]].forEach(function (pair) {
    var fold = document.querySelector(pair[0]), wide = matchMedia(pair[1]);
    function follow() { fold.open = wide.matches; }
    if (!fold) return;
    if (wide.matches) follow();
    wide.addEventListener("change", follow);
  });

  // A review may have fallen due, or a waiver ended, after the site was built.
  var today = new Date().toISOString().slice(0, 10);
  all("[data-due]").forEach(function (late) {
    if (late.getAttribute("data-due") >= today) return;
    late.hidden = false;
    if (late.className !== "trust-line") return;
    late.previousElementSibling.hidden = true;
    late.parentNode.className = "trust banner s-stale";
  });
  all("[data-dates]").forEach(function (late) {
    var past = late.getAttribute("data-dates").split(" ").filter(function (day) { return day < today; });
    late.hidden = !past.length;
    late.querySelector("strong").textContent = past.length;
  });

  // The current entry of a long navigation comes into view, without moving the page.
  var menu = document.querySelector("nav.menu > details");
  var here = menu && menu.querySelector("[aria-current=page]");
  if (here && menu.scrollHeight > menu.clientHeight) {
    var offset = here.getBoundingClientRect().top - menu.getBoundingClientRect().top;
    if (offset > menu.clientHeight - 80) menu.scrollTop = offset - menu.clientHeight / 2;
  }

  // The contents of the page follow the reader.
  var entries = [], marked = null, waiting = false;
  function readContents() {
    entries = all("nav.toc a").map(function (link) {
      return { link: link, heading: document.getElementById(decodeURIComponent(link.hash.slice(1))) };
    }).filter(function (entry) { return entry.heading; });
    if (marked) marked.link.removeAttribute("aria-current");
    marked = null;
    follow();
  }
  function follow() {
    waiting = false;
    var current = null;
    entries.forEach(function (entry) {
      if (entry.heading.getBoundingClientRect().top < 130) current = entry;
    });
    if (innerHeight + scrollY >= root.scrollHeight - 2 && scrollY > 0) current = entries[entries.length - 1];
    if (current === marked) return;
    if (marked) marked.link.removeAttribute("aria-current");
    if (current) current.link.setAttribute("aria-current", "true");
    marked = current;
  }
  addEventListener("scroll", function () {
    if (!waiting) waiting = requestAnimationFrame(follow);
  }, { passive: true });
  readContents();

  // Copy buttons: the code as one would type it. Of a shell session that's the commands, without
  // prompts and without what they print; a backslash at the end takes in the next line.
  function typed(code) {
    var copy = code.cloneNode(true), prompts = all(".q", copy), command = false;
    all("del.line", copy).forEach(function (line) { line.remove(); });
    prompts.forEach(function (prompt) { prompt.textContent = "\0"; });
    var lines = copy.textContent.split("\n");
    if (prompts.length) lines = lines.filter(function (line) {
      var is = command || line[0] === "\0";
      command = is && /\\\s*$/.test(line);
      return is;
    });
    return lines.join("\n").replace(/\0 ?/g, "").replace(/\n+$/, "");
  }
  function put(text) {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    var area = make("textarea", { value: text, className: "vh" });
    document.body.appendChild(area);
    area.select();
    var done = document.execCommand("copy");
    area.remove();
    return done ? Promise.resolve() : Promise.reject();
  }
  function addCopyButtons() {
    var boxes = all("div.code").filter(function (box) { return !box.querySelector("button.copy"); });
    // All is measured before anything is added, so that the page is laid out once.
    var wide = boxes.map(function (box) {
      var pre = box.querySelector("pre");
      return pre && pre.scrollWidth > pre.clientWidth;
    });
    boxes.forEach(function (box, place) {
      addCopyButton(box);
      if (wide[place]) addWrapButton(box);
    });
  }
  function addCopyButton(box) {
    var code = box.querySelector("code");
    if (!code) return;
    var button = make("button", { type: "button", className: "copy", textContent: "Copy" });
    button.addEventListener("click", function () {
      function say(word) {
        button.textContent = word;
        setTimeout(function () { button.textContent = "Copy"; }, 1600);
      }
      put(typed(code)).then(function () { say("Copied"); }, function () { say("Not copied"); });
    });
    box.appendChild(button);
  }
  function addWrapButton(box) {
    var button = make("button", { type: "button", className: "wrap", textContent: "Wrap", ariaPressed: "false" });
    button.addEventListener("click", function () {
      button.ariaPressed = String(box.classList.toggle("wrapped"));
    });
    box.appendChild(button);
  }
  addCopyButtons();

  // Tabs: what is chosen once is chosen in all boxes that have it, also on the next page.
  function addTabs() {
    all("div.tabs").forEach(function (box, number) {
      if (box.querySelector("[role=tablist]")) return;
      var list = make("div", { className: "tablist", role: "tablist", ariaLabel: "Variants" });
      all(":scope > :is(.code, .panel)", box).forEach(function (panel, place) {
        var id = "tab-" + number + "-" + place, name = panel.querySelector(".code-title").textContent;
        var tab = make("button", { type: "button", id: id, role: "tab", textContent: name });
        Object.assign(panel, { id: id + "-panel", role: "tabpanel" });
        panel.setAttribute("aria-labelledby", id);
        tab.setAttribute("aria-controls", panel.id);
        tab.addEventListener("click", function () { chooseTab(name); });
        list.appendChild(tab);
      });
      list.addEventListener("keydown", function (event) {
        var step = { ArrowRight: 1, ArrowLeft: -1 }[event.key], tabs = all("button", list);
        if (!step) return;
        if (root.dir === "rtl") step = -step;
        var next = tabs[(tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length];
        chooseTab(next.textContent);
        next.focus();
      });
      box.insertBefore(list, box.firstChild);
      showTab(list, 0);
    });
    try { showTabs(localStorage.getItem("tab")); } catch (e) { /* As above. */ }
  }
  function showTab(list, chosen) {
    all("button", list).forEach(function (tab, place) {
      tab.ariaSelected = String(place === chosen);
      tab.tabIndex = place === chosen ? 0 : -1;
      document.getElementById(tab.getAttribute("aria-controls")).hidden = place !== chosen;
    });
  }
  function showTabs(name) {
    all("[role=tablist]").forEach(function (list) {
      var place = all("button", list).map(function (tab) { return tab.textContent; }).indexOf(name);
      if (place >= 0) showTab(list, place);
    });
  }
  function chooseTab(name) {
    showTabs(name);
    try { localStorage.setItem("tab", name); } catch (e) { /* As above. */ }
  }
  addTabs();
  // The live preview has changed the page.
  [addCopyButtons, addTabs, readContents].forEach(function (again) {
    document.addEventListener("lacuna:update", again);
  });

  // Paper can't unfold.
  var folded = [];
  addEventListener("beforeprint", function () {
    folded = all("main details:not([open])");
    folded.forEach(function (fold) { fold.open = true; });
  });
  addEventListener("afterprint", function () {
    folded.forEach(function (fold) { fold.open = false; });
  });
})();
