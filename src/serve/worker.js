// One stream of events for all open pages of a browser: it has six connections for a host, and each
// stream takes one for good.
(function () {
  "use strict";
  var MOST = 200;
  var ports = [], log = [], stream = null;

  function last() { return log.length ? log[log.length - 1] : null; }
  function listen() {
    if (stream) return;
    stream = new EventSource("/__lacuna/events" + (last() ? "?last=" + last().id : ""));
    stream.addEventListener("update", function (event) {
      log.push({ id: event.lastEventId, news: JSON.parse(event.data) });
      if (log.length > MOST) log.shift();
      ports.forEach(function (port) { port.postMessage(last()); });
    });
    stream.onerror = function () {
      // A stream that only waits for the server comes back by itself; one that was refused doesn't.
      if (stream.readyState !== EventSource.CLOSED) return;
      stream = null;
      setTimeout(listen, 1000);
    };
  }

  // The news since those that a page has seen; none when there are no others.
  function missed(seen) {
    if (!last() || last().id === seen) return null;
    var files = [];
    var at = log.map(function (entry) { return entry.id; }).indexOf(seen);
    log.slice(at + 1).forEach(function (entry) {
      files = files && entry.news.files && files.concat(entry.news.files);
    });
    if (!seen) files = [];
    else if (at < 0) files = null;
    return { id: last().id, news: { version: last().news.version, follow: null, files: files } };
  }

  addEventListener("connect", function (event) {
    var port = event.ports[0];
    port.onmessage = function (message) {
      ports = ports.filter(function (other) { return other !== port; });
      if (message.data.leaves) return;
      ports.push(port);
      var news = missed(message.data.seen);
      if (news) port.postMessage(news);
    };
    listen();
  });
})();
