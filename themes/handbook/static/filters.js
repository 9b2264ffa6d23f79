// Filters of the status page. Their state is the query of the address, so that it can be linked.
(function () {
  "use strict";
  function all(selector, within) {
    return Array.prototype.slice.call((within || document).querySelectorAll(selector));
  }
  var form = document.querySelector("form.filters");
  if (!form) return;
  var names = ["tier", "area", "owner", "status"];
  function fits(wanted, value) { return !wanted || wanted.split(",").indexOf(value) >= 0; }
  function filter() {
    var wanted = {}, shown = 0, total = all("section.gaps tr[data-status]").length;
    names.forEach(function (name) { wanted[name] = form.elements[name].value; });
    all("section.gaps tbody").forEach(function (group) {
      var inside = fits(wanted.tier, group.parentNode.getAttribute("data-tier")) &&
        fits(wanted.area, group.getAttribute("data-area")), some = 0;
      all("tr[data-status]", group).forEach(function (row) {
        var fit = inside && fits(wanted.owner, row.getAttribute("data-owner")) &&
          fits(wanted.status, row.getAttribute("data-status"));
        row.hidden = !fit;
        if (fit) some += 1;
      });
      group.hidden = !some;
      shown += some;
    });
    all("section.gaps").forEach(function (section) {
      section.hidden = !section.querySelector("tbody:not([hidden])");
    });
    form.querySelector("output").textContent = shown + " of " + total;
    document.querySelector("p.none").hidden = shown > 0;
  }
  function remember() {
    var query = new URLSearchParams();
    names.forEach(function (name) {
      if (form.elements[name].value) query.set(name, form.elements[name].value);
    });
    var text = query.toString().replace(/%2C/g, ",");
    try { history.replaceState(null, "", location.pathname + (text ? "?" + text : "")); } catch (e) { /* file: */ }
  }
  var given = new URLSearchParams(location.search);
  names.forEach(function (name) {
    var value = given.get(name), select = form.elements[name];
    if (!value) return;
    select.value = value;
    if (select.value !== value) select.add(new Option(value, value, false, true));
  });
  form.addEventListener("change", function () { filter(); remember(); });
  form.addEventListener("reset", function () { setTimeout(function () { filter(); remember(); }); });
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  document.addEventListener("lacuna:update", filter);
  if (location.search) {
    filter();
    var target = location.hash && document.getElementById(location.hash.slice(1));
    if (target) target.scrollIntoView();
  }
})();
