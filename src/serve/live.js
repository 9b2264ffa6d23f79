// The live preview: brings the open page up to date in place. Never part of built output.
(function () {
  "use strict";
  // From nodes as they were served to those in the page. What scripts have added or changed
  // since is in the page only, so it is left alone wherever the served text stays the same.
  var live = new WeakMap();
  function learn(served, here) {
    live.set(served, here);
    for (var i = 0; i < served.childNodes.length && here.childNodes[i]; i++) {
      learn(served.childNodes[i], here.childNodes[i]);
    }
  }
  function transfer(old, next) {
    live.set(next, live.get(old));
    for (var i = 0; i < old.childNodes.length; i++) transfer(old.childNodes[i], next.childNodes[i]);
  }
  function insert(parent, next, before) {
    var copy = document.importNode(next, true);
    parent.insertBefore(copy, before && before.parentNode === parent ? before : null);
    learn(next, copy);
    return copy;
  }
  function drop(old) {
    var here = live.get(old);
    if (here && here.parentNode) here.parentNode.removeChild(here);
  }
  function attributes(old, next, here) {
    Array.prototype.forEach.call(next.attributes, function (item) {
      if (old.getAttribute(item.name) !== item.value) here.setAttribute(item.name, item.value);
    });
    Array.prototype.forEach.call(old.attributes, function (item) {
      if (!next.hasAttribute(item.name)) here.removeAttribute(item.name);
    });
  }
  function patch(old, next) {
    var here = live.get(old);
    if (old.isEqualNode(next)) return transfer(old, next);
    if (!here || !here.parentNode) return;
    if (old.nodeName !== next.nodeName || old.id !== next.id) {
      insert(here.parentNode, next, here);
      return drop(old);
    }
    live.set(next, here);
    if (next.nodeType !== 1) { here.data = next.data; return; }
    attributes(old, next, here);
    children(old, next, here);
  }
  function children(old, next, here) {
    var a = Array.prototype.slice.call(old.childNodes), b = Array.prototype.slice.call(next.childNodes);
    var start = 0, tail = 0;
    while (start < a.length && start < b.length && a[start].isEqualNode(b[start])) {
      transfer(a[start], b[start]);
      start += 1;
    }
    while (tail < a.length - start && tail < b.length - start &&
           a[a.length - 1 - tail].isEqualNode(b[b.length - 1 - tail])) {
      transfer(a[a.length - 1 - tail], b[b.length - 1 - tail]);
      tail += 1;
    }
    var olds = a.slice(start, a.length - tail), news = b.slice(start, b.length - tail);
    var after = tail ? live.get(a[a.length - tail]) : null;
    // As many as both have are paired from the front; the rest is new, or gone.
    news.forEach(function (node, i) {
      if (olds[i]) patch(olds[i], node); else insert(here, node, after);
    });
    olds.slice(news.length).forEach(drop);
  }

  var served = document.body.cloneNode(true);
  learn(served, document.body);

  // A style sheet is put beside the old one, which goes when the new one is there: no flash.
  function all(selector, within) {
    return Array.prototype.slice.call((within || document).querySelectorAll(selector));
  }
  function pathOf(url) { return new URL(url, location.href).pathname; }
  function replace(same, href) {
    var fresh = same.cloneNode();
    fresh.href = href;
    fresh.onload = fresh.onerror = function () { same.remove(); };
    same.parentNode.insertBefore(fresh, same.nextSibling);
  }
  function styles(next) {
    var old = all("link[rel=stylesheet]", servedHead), now = all("link[rel=stylesheet]", next.head);
    var find = function (list, link) {
      return list.filter(function (other) { return pathOf(other.getAttribute("href")) === pathOf(link.getAttribute("href")); })[0];
    };
    var here = function (link) { return find(all("link[rel=stylesheet]").reverse(), link); };
    now.forEach(function (link) {
      var before = find(old, link), same = here(link);
      if (!before || !same) document.head.appendChild(document.importNode(link, true));
      else if (before.getAttribute("href") !== link.getAttribute("href")) replace(same, link.getAttribute("href"));
    });
    old.forEach(function (link) {
      var same = here(link);
      if (same && !find(now, link)) same.remove();
    });
  }
  // Files whose address stays the same: the page asks for them by a new query.
  function refresh(files, version) {
    function concerns(url) {
      var target = new URL(url, location.href);
      if (target.origin !== location.origin || target.pathname.indexOf("/__lacuna/") === 0) return false;
      return files ? files.indexOf(target.pathname) >= 0 : !/[?&]v=/.test(target.search);
    }
    function renewed(url) { return pathOf(url) + "?live=" + version; }
    all("link[rel=stylesheet]").forEach(function (link) {
      if (concerns(link.href)) replace(link, renewed(link.href));
    });
    all("img[src], source[src], video[src], audio[src], iframe[src]").forEach(function (item) {
      if (concerns(item.src)) item.src = renewed(item.src);
    });
  }
  // A script can't be taken back, so a page with other scripts is loaded again.
  function scripts(head) {
    return all("script", head).map(function (script) {
      return (script.getAttribute("src") || "") + script.textContent;
    }).join("\n");
  }
  function reloads(files) {
    return all("script[src]").some(function (script) { return files && files.indexOf(pathOf(script.src)) >= 0; });
  }

  var servedHead = document.head.cloneNode(true);
  var running = false, again = false, failed = false;
  function update() {
    if (running) { again = true; return; }
    running = true;
    failed = false;
    fetch(location.pathname + location.search, { cache: "no-store" }).then(function (reply) {
      return reply.text();
    }).then(function (text) {
      var next = new DOMParser().parseFromString(text, "text/html");
      if (scripts(servedHead) !== scripts(next.head)) { location.reload(); return; }
      if (next.title) document.title = next.title;
      styles(next);
      servedHead = next.head;
      patch(served, next.body);
      served = next.body;
      document.dispatchEvent(new Event("lacuna:update"));
    }).then(function () {
      return fetch("/__lacuna/state?page=" + encodeURIComponent(decodeURIComponent(location.pathname)));
    }).then(function (reply) { return reply.json(); }).then(show).catch(function () {
      // The server is gone for the moment. The stream of events comes back, and this with it.
      failed = true;
    }).then(function () {
      running = false;
      if (again) { again = false; update(); }
    });
  }

  // What is wrong, and what holds the page back. Text only: content is never taken for HTML here.
  function element(name, className, text) {
    var made = document.createElement(name);
    if (className) made.className = className;
    if (text) made.textContent = text;
    return made;
  }
  var panel = element("aside", "lacuna-live");
  panel.setAttribute("aria-label", "Live preview");
  var folded = false;
  function show(state) {
    panel.textContent = "";
    if (state.errors.length) {
      var errors = element("details", "lacuna-errors");
      errors.open = !folded;
      errors.addEventListener("toggle", function () { folded = !errors.open; });
      var count = state.errors.length === 1 ? "1 error" : state.errors.length + " errors";
      errors.appendChild(element("summary", "", count));
      state.errors.slice(0, 20).forEach(function (error) {
        errors.appendChild(element("pre", "", error.text));
      });
      panel.appendChild(errors);
    }
    state.gaps.forEach(function (gap) {
      var margin = element("details", "lacuna-margin s-" + gap.status);
      margin.appendChild(element("summary", "", gap.glyph + " " + gap.word));
      gap.evidence.forEach(function (row) {
        var place = row.path ? " (" + row.path + (row.line ? ":" + row.line : "") + ")" : "";
        margin.appendChild(element("p", "", row.detail + place));
      });
      if (gap.lift) margin.appendChild(element("p", "lacuna-lift", gap.lift));
      panel.appendChild(margin);
    });
    if (!panel.parentNode) document.documentElement.appendChild(panel);
  }

  // All pages of a browser share one stream. Where they can't, each has its own, and a hidden page
  // gives it back, since a browser has six connections for a host.
  var port = null, events = null, seen = null;
  function heard(id, news) {
    if (id === seen && !failed) return;
    seen = id;
    if (news.follow && pathOf(news.follow) !== here()) { location.href = news.follow; return; }
    if (reloads(news.files)) { location.reload(); return; }
    refresh(news.files, news.version);
    update();
  }
  function share() {
    if (!window.SharedWorker) return;
    var worker = new SharedWorker("/__lacuna/worker.js");
    port = worker.port;
    port.onmessage = function (message) { heard(message.data.id, message.data.news); };
    worker.onerror = function () { port = null; listen(); };
  }
  function listen() {
    if (document.hidden) return;
    if (port) { port.postMessage({ seen: seen }); return; }
    if (events) return;
    events = new EventSource("/__lacuna/events" + (seen ? "?last=" + seen : ""));
    events.addEventListener("update", function (event) {
      heard(event.lastEventId, JSON.parse(event.data));
    });
  }
  // The home page has two addresses, and so has each folder.
  function here() { return location.pathname.replace(/\/$/, "/index.html"); }
  function leave() {
    if (port) port.postMessage({ leaves: true });
    if (events) events.close();
    events = null;
  }
  document.addEventListener("visibilitychange", function () {
    if (document.hidden) leave(); else listen();
  });
  addEventListener("pagehide", leave);
  addEventListener("pageshow", listen);
  share();
  listen();
})();
