// Search, loaded when it is first used. The other half is `src/search.rs`: it cuts words by the
// same rules, and makes the files that are fetched here, each a script, so that this works from
// disk, too: the directory, one file a word, one a result.
(function () {
  "use strict";
  var opener = document.querySelector("button[data-search]");
  var root = opener.getAttribute("data-root");
  var LIMIT = 4; // So many words of a query are looked up,
  var PAGES = 5; // and so many pages are shown at once, which bounds what a query costs.
  // A query that has fetched more bytes isn't mended further: a list of words takes 4.5 kB, looking up
  // one of them 7, and the pages 15.
  var MENDED = 23500;

  // ---- Files

  var files = new Map();
  var coming = new Map();
  var fetched = 0; // Bytes that the last query has fetched.
  window.lacunaSearch = function (key, value) {
    files.set(key, value);
    fetched += new Blob([JSON.stringify(value)]).size;
  };

  function url(key) {
    var name = key.replace(/[^a-z0-9\-\/]/gu, function (char) {
      return char === "*" ? "_" : "=" + char.codePointAt(0).toString(16);
    });
    return root + "search/" + name + ".js";
  }

  // The content of a file; undefined when it can't be had.
  function load(key) {
    if (files.has(key)) return Promise.resolve(files.get(key));
    if (!coming.has(key)) {
      coming.set(key, new Promise(function (done) {
        var script = document.createElement("script");
        script.src = url(key);
        script.onload = script.onerror = function () {
          script.remove();
          coming.delete(key);
          done(files.get(key));
        };
        document.head.appendChild(script);
      }));
    }
    return coming.get(key);
  }

  // ---- Words, as in src/search/words.rs

  var RUN = /[\p{Alphabetic}\p{N}\p{M}][\p{Alphabetic}\p{N}\p{M}'’]*/gu;
  var UNSPACED = /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}]+/gu;
  var ACCENT = /[\u0300-\u036f\u0591-\u05c7\u0640\u064b-\u065f\u0670]/g;
  var LETTERS = { "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "ς": "σ" };

  function fold(word) {
    return word.normalize("NFKD").replace(ACCENT, "").normalize("NFKC").toLowerCase()
      .replace(/[^\p{Alphabetic}\p{N}\p{M}]/gu, "").replace(/[ßæœøłđıς]/g, function (char) { return LETTERS[char]; });
  }

  // What is looked for: words, and pairs of letters where no spaces are written.
  function words(text) {
    var found = [];
    (text.match(RUN) || []).forEach(function (run) {
      var folded = fold(run);
      folded.replace(UNSPACED, " ").split(" ").forEach(function (word) {
        if (word) found.push(word);
      });
      (folded.match(UNSPACED) || []).forEach(function (part) {
        var letters = Array.from(part);
        if (letters.length === 1) found.push(part);
        for (var i = 0; i + 1 < letters.length; i += 1) found.push(letters[i] + letters[i + 1]);
      });
    });
    return found.filter(function (word, at) { return found.indexOf(word) === at; });
  }

  // True for words that one mistake leads to: a letter more, less, other, or two exchanged.
  function near(a, b) {
    var start = 0, end = 0;
    var most = Math.min(a.length, b.length);
    if (Math.abs(a.length - b.length) > 1) return false;
    while (start < most && a[start] === b[start]) start += 1;
    while (end < most - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
    var restA = a.slice(start, a.length - end), restB = b.slice(start, b.length - end);
    return restA.length <= 1 && restB.length <= 1 ||
      restA.length === 2 && restA[0] === restB[1] && restA[1] === restB[0];
  }

  // ---- Looking up

  var DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

  // As `volume_of` in src/search/words.rs.
  function volumeOf(letters) {
    var first = letters[0].codePointAt(0);
    var second = letters.length > 1 && first < 0x1100 ? letters[1].codePointAt(0) : 0;
    return (first * 31 + second) % 64;
  }

  // The lists of a word and its neighbours, by the tree of beginnings of its volume. Pieces of a
  // large tree are files of their own.
  async function listsOf(directory, word) {
    var letters = Array.from(word), start = "", volume = volumeOf(letters);
    if (directory.volumes.indexOf(volume) < 0) return {};
    var key = "w-" + volume, top = await load(key) || {}, tree = top.tree;
    if (!tree) return top.words || {};
    for (var i = 0; i < letters.length; i += 1) {
      var next = start + letters[i];
      if (tree[next] === null) tree = (await load(key + "/d-" + next) || {}).tree || {};
      if (tree[next] !== undefined) {
        start = next;
        continue;
      }
      var code = letters[i].codePointAt(0);
      var at = Array.from(tree[start] || "").filter(function (letter) {
        return letter.codePointAt(0) <= code;
      }).pop();
      return at === undefined ? {} : await load(key + "/" + start + at) || {};
    }
    return await load(key + "/" + word + "*") || {};
  }

  // Adds what a list says to what is known of a word: part → points.
  function add(points, written, factor, directory) {
    var groups = written.split(" ");
    var count = 0;
    if (groups[0][0] === "=") count = +groups.shift().slice(1);
    else groups.forEach(function (group) { count += (group.length - 1) / directory.id; });
    var rare = Math.log(1 + (Math.max(directory.parts - count, 0) + 0.5) / (count + 0.5));
    groups.forEach(function (group) {
      var weight = DIGITS.indexOf(group[0]) * rare * factor;
      for (var i = 1; i < group.length; i += directory.id) {
        var id = group.substr(i, directory.id);
        points.set(id, Math.max(weight, points.get(id) || 0));
      }
    });
  }

  // Everything about one word: points of parts of pages, and the words that were found for it.
  async function lookUp(directory, word) {
    var found = { points: new Map(), meant: [] };
    var known = await listsOf(directory, word);
    Object.keys(known).forEach(function (other) {
      var factor = other === word ? 1 : other.startsWith(word) ? 0.6 : 0;
      if (factor) add(found.points, known[other], factor, directory);
      else if (word.length > 3 && near(word, other)) {
        add(found.points, known[other], 0.35, directory);
        found.meant.push(other);
      }
    });
    return found;
  }

  // Looks for words that may be meant: a mistake isn't in the first and the last letters at once.
  async function mend(directory, word, found) {
    if (found.points.size || word.length < 4) return;
    var letters = Array.from(word), lists = [], last = letters[letters.length - 1];
    if (directory.typos.indexOf(volumeOf(letters)) >= 0) lists.push("t-" + volumeOf(letters));
    if (directory.endings.indexOf(last) >= 0) lists.push("e-" + last);
    for (var i = 0; i < lists.length && !found.meant.length; i += 1) {
      if (!files.has(lists[i]) && fetched > MENDED) return;
      var list = (await load(lists[i]) || "").split(" ");
      found.meant = list.filter(function (other) { return near(word, other); }).slice(0, 1);
    }
    for (var j = 0; j < found.meant.length; j += 1) {
      var list = (await listsOf(directory, found.meant[j]))[found.meant[j]];
      if (list) add(found.points, list, 0.5, directory);
    }
  }

  // The pages, best first: { id, part, points }.
  function rank(found) {
    var pages = new Map();
    found.forEach(function (word, number) {
      word.points.forEach(function (points, id) {
        var page = pages.get(id.slice(0, -1));
        if (!page) pages.set(id.slice(0, -1), page = { words: [], parts: new Map() });
        page.words[number] = Math.max(points, page.words[number] || 0);
        page.parts.set(id, (page.parts.get(id) || 0) + points);
      });
    });
    var ranked = [];
    pages.forEach(function (page, id) {
      var best = null, sum = 0, matched = 0;
      page.parts.forEach(function (points, part) {
        if (best === null || points > page.parts.get(best)) best = part;
      });
      page.words.forEach(function (points) { sum += points; matched += 1; });
      var share = matched / found.length;
      ranked.push({ id: id, part: best, points: (sum + page.parts.get(best)) * share * share });
    });
    return ranked.sort(function (a, b) { return b.points - a.points || (a.id < b.id ? -1 : 1); });
  }

  // The pages that a choice leaves: a set, or null for all of them. A list that was cut lets all
  // pass; what doesn't fit is then left out when it is shown.
  async function allowed(key) {
    if (!key) return null;
    var list = await load(key) || "";
    return list.endsWith("+") ? null : list;
  }

  function holds(list, id) {
    if (list === null) return true;
    for (var at = list.indexOf(id); at >= 0; at = list.indexOf(id, at + 1)) {
      if (at % id.length === 0) return true;
    }
    return false;
  }

  // Finds the pages for a query: { pages, words, meant }.
  async function find(text, area, status) {
    fetched = 0;
    var directory = await load("index");
    if (!directory) throw new Error("no index");
    var asked = words(text).sort(function (a, b) { return b.length - a.length; }).slice(0, LIMIT);
    function lookUpAll(some) {
      return Promise.all(some.map(function (word) { return lookUp(directory, word); }));
    }
    var found = await lookUpAll(asked.slice(0, LIMIT - 1));
    // A misspelt word costs as much as one more.
    var all = found.every(function (word) { return word.points.size; });
    if (all) found = found.concat(await lookUpAll(asked.slice(LIMIT - 1)));
    asked.length = found.length;
    for (var i = 0; i < asked.length; i += 1) await mend(directory, asked[i], found[i]);
    var lists = await Promise.all([area && "a-" + area, status && "s-" + status].map(allowed));
    var pages = asked.length ? rank(found) : await listed(directory, area, status);
    pages = pages.filter(function (page) { return holds(lists[0], page.id) && holds(lists[1], page.id); });
    var meant = [];
    found.forEach(function (word) { meant = meant.concat(word.meant); });
    return { pages: pages, words: asked, meant: meant, area: area, status: status };
  }

  // Without words: all pages of a choice.
  async function listed(directory, area, status) {
    var key = status ? "s-" + status : area ? "a-" + area : "";
    var list = key ? await load(key) || "" : "";
    var ids = list.match(new RegExp(".{" + (directory.id - 1) + "}", "g")) || [];
    return ids.map(function (id) { return { id: id, part: id + "a" }; });
  }

  // ---- Showing

  function make(tag, properties, children) {
    var element = Object.assign(document.createElement(tag), properties || {});
    (children || []).forEach(function (child) { element.append(child); });
    return element;
  }

  // The words of a text that are looked for: [start, end, number of the word].
  function hits(text, wanted) {
    var found = [];
    for (var match of text.matchAll(RUN)) {
      var folded = fold(match[0]);
      wanted.forEach(function (word, number) {
        var unspaced = word.search(UNSPACED) === 0;
        if (unspaced ? folded.indexOf(word) >= 0 : folded.startsWith(word)) {
          var start = unspaced ? Math.max(match[0].indexOf(word), 0) : 0;
          var length = unspaced ? word.length : match[0].length;
          found.push([match.index + start, match.index + start + length, number]);
        }
      });
    }
    return found;
  }

  function different(list) { return new Set(list.map(function (hit) { return hit[2]; })).size; }

  // The piece of a text that holds most of the words.
  function piece(text, list) {
    var WIDTH = 170, best = [0, 0];
    list.forEach(function (hit) {
      var inside = different(list.filter(function (other) {
        return other[0] >= hit[0] && other[1] <= hit[0] + WIDTH;
      }));
      if (inside > best[1]) best = [hit[0], inside];
    });
    var start = Math.max(0, best[0] - 40);
    if (start) start = text.indexOf(" ", start) + 1 || start;
    if (start > best[0]) start = best[0];
    var end = Math.min(text.length, start + WIDTH);
    if (end < text.length) end = Math.max(text.lastIndexOf(" ", end), start + WIDTH / 2);
    return [start, end];
  }

  function marked(text, wanted, cut) {
    var list = hits(text, wanted), nodes = [];
    var range = cut ? piece(text, list) : [0, text.length];
    var at = range[0];
    if (at) nodes.push("… ");
    list.sort(function (a, b) { return a[0] - b[0]; }).forEach(function (hit) {
      if (hit[0] < at || hit[1] > range[1]) return;
      nodes.push(text.slice(at, hit[0]), make("mark", { textContent: text.slice(hit[0], hit[1]) }));
      at = hit[1];
    });
    nodes.push(text.slice(at, range[1]));
    if (range[1] < text.length) nodes.push(" …");
    return nodes;
  }

  // One page with the sections that fit best.
  function card(page, result, directory) {
    var wanted = result.words.concat(result.meant);
    var query = wanted.length ? "?q=" + encodeURIComponent(wanted.join(" ")) : "";
    var address = root + page[0] + query;
    var status = directory.statuses.find(function (choice) { return choice[0] === page[3]; });
    var area = directory.areas[page[2]];
    var head = make("p", { className: "hit" }, [
      make("a", { href: address, dir: "auto" }, marked(page[1], wanted)),
    ]);
    if (area && area[1] !== page[1]) head.append(make("span", { className: "soft", textContent: area[1] }));
    if (status) {
      head.append(make("span", { className: "pill s-" + status[0] }, [
        make("span", { className: "glyph", ariaHidden: "true", textContent: status[2] }), " ",
        make("span", { className: "word", textContent: status[1] }),
      ]));
    }
    var sections = page[4].map(function (section) {
      return { section: section, count: different(hits(section[0] + " " + section[2], wanted)) };
    });
    var best = Math.max.apply(null, sections.map(function (one) { return one.count; }).concat([0]));
    var shown = sections.filter(function (one) { return one.count === best; }).slice(0, best ? 3 : 1);
    return make("li", {}, [head].concat(shown.map(function (one) {
      var heading = one.section[0], text = one.section[2];
      var parts = [];
      if (heading && best) {
        parts.push(make("a", { href: address + "#" + encodeURIComponent(one.section[1]), dir: "auto" }, marked(heading, wanted)));
      }
      if (text) parts.push(make("p", { dir: "auto" }, marked(text, wanted, true)));
      return make("div", { className: "part" }, parts);
    })));
  }

  var dialog, input, area, status, list, more, said;
  var asked = 0; // The number of the last query: answers to earlier ones are dropped.
  var shown = { result: null, next: 0 };

  function choices(label, entries) {
    var select = make("select", {}, [new Option("All", "")]);
    entries.forEach(function (entry) { select.add(new Option(entry[1], entry[0])); });
    select.addEventListener("change", ask);
    var box = make("label", { hidden: entries.length < 2 }, [label + " ", select]);
    return { box: box, select: select };
  }

  async function build() {
    var directory = await load("index") || { areas: [], statuses: [] };
    area = choices("Area", directory.areas);
    status = choices("Status", directory.statuses);
    input = make("input", { type: "search", id: "finder-words", autocomplete: "off", spellcheck: false, enterKeyHint: "go" });
    said = make("p", { className: "said soft" });
    said.setAttribute("role", "status");
    list = make("ol", { className: "hits" });
    more = make("button", { type: "button", className: "more", textContent: "Show more", hidden: true });
    var close = make("button", { type: "button", className: "close", textContent: "Close" });
    var form = make("form", {}, [
      make("label", { htmlFor: "finder-words", className: "vh", textContent: "Search for" }), input, close,
      make("div", { className: "choices", hidden: area.box.hidden && status.box.hidden }, [area.box, status.box]),
    ]);
    form.setAttribute("role", "search");
    dialog = make("dialog", { className: "finder" }, [form, said, list, more]);
    dialog.setAttribute("aria-label", "Search");
    document.body.append(dialog);
    input.addEventListener("input", ask);
    close.addEventListener("click", function () { dialog.close(); });
    more.addEventListener("click", function () { show(asked, true); });
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      var first = list.querySelector("a");
      if (first) first.click();
    });
    dialog.addEventListener("click", function (event) {
      if (event.target === dialog || event.target.closest("a")) dialog.close();
    });
    dialog.addEventListener("keydown", step);
  }

  // Arrow keys go through the results. Escape closes at once: by itself it would first empty the field.
  function step(event) {
    if (event.key === "Escape") {
      event.preventDefault();
      dialog.close();
    }
    var down = event.key === "ArrowDown", up = event.key === "ArrowUp";
    if (!down && !up || event.target.tagName === "SELECT") return;
    var links = Array.from(list.querySelectorAll("a"));
    var at = links.indexOf(document.activeElement) + (down ? 1 : -1);
    event.preventDefault();
    (links[at] || (up ? input : links[links.length - 1] || input)).focus();
  }

  async function ask() {
    var number = asked += 1;
    var text = input.value;
    var result;
    try {
      result = await find(text, area.select.value, status.select.value);
    } catch (error) {
      if (number === asked) said.textContent = "The search can’t be loaded.";
      return;
    }
    if (number !== asked) return;
    shown = { result: result, next: 0 };
    await show(number, false);
  }

  // Shows the next pages of the result.
  async function show(number, further) {
    var result = shown.result, directory = await load("index");
    var cards = [], focus = further && list.children.length;
    while (cards.length < PAGES && shown.next < result.pages.length && shown.next < 40 * PAGES) {
      var part = result.pages.slice(shown.next, shown.next + PAGES - cards.length);
      shown.next += part.length;
      var pages = await Promise.all(part.map(function (page) {
        return load(page.part.slice(0, 2) + "/" + page.part.slice(2));
      }));
      if (number !== asked) return;
      pages.filter(function (page) { return page && fits(page, result, directory); })
        .forEach(function (page) { cards.push(card(page, result, directory)); });
    }
    if (!further) list.textContent = "";
    cards.forEach(function (one) { list.append(one); });
    more.hidden = shown.next >= result.pages.length;
    if (further && list.children[focus]) list.children[focus].querySelector("a").focus();
    say(result);
  }

  function fits(page, result, directory) {
    var area = directory.areas[page[2]];
    return (!result.area || area && area[0] === result.area) && (!result.status || page[3] === result.status);
  }

  function say(result) {
    var count = list.children.length, text = "";
    if (count) text = count + (more.hidden ? "" : " of " + result.pages.length) + (result.pages.length === 1 ? " page" : " pages");
    else if (result.words.length || result.area || result.status) text = "Nothing found";
    if (count && result.meant.length && !result.words.some(function (word) { return list.textContent.toLowerCase().indexOf(word) >= 0; })) {
      text += ", for “" + result.meant.join(" ") + "”";
    }
    said.textContent = text;
  }

  // ---- Marking the words on the page that was opened

  function mark(text) {
    if (!window.Highlight || !CSS.highlights) return;
    var wanted = words(text), ranges = [];
    document.querySelectorAll("main h1, main .prose").forEach(function (box) {
      var walker = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
      for (var node = walker.nextNode(); node; node = walker.nextNode()) {
        hits(node.data, wanted).forEach(function (hit) {
          ranges.push(new StaticRange({ startContainer: node, startOffset: hit[0], endContainer: node, endOffset: hit[1] }));
        });
      }
    });
    CSS.highlights.set("search", new Highlight(...ranges));
  }

  // A page of the preview has changed, and with it what can be found.
  document.addEventListener("lacuna:update", function () { files.clear(); });

  var ready = null;
  window.lacunaFinder = {
    mark: mark,
    open: function () {
      ready = ready || build();
      return ready.then(function () {
        if (dialog.open) return;
        dialog.showModal();
        input.focus();
        input.select();
      });
    },
  };
})();
