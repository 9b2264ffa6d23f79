// The tag of Google Analytics 4, loaded by consent.mjs after consent and never before. `ID` is the property's.
// ANCHOR: tag
export function load(ID) {
  const script = document.createElement("script");
  script.async = true;
  script.src = `https://www.googletagmanager.com/gtag/js?id=${ID}`;
  document.head.append(script);
  window.dataLayer = window.dataLayer ?? [];
  const gtag = function () {
    window.dataLayer.push(arguments);
  };
  gtag("js", new Date());
  gtag("config", ID, {
    send_page_view: false, // The plan's own event is sent instead.
    allow_google_signals: false,
    allow_ad_personalization_signals: false,
    cookie_expires: 395 * 24 * 60 * 60,
    cookie_update: false, // A visit doesn't prolong it.
    page_location: location.origin + location.pathname, // Without query and fragment.
    page_referrer: "",
  });
  return (name, params) => gtag("event", name, params);
}
// ANCHOR_END: tag
