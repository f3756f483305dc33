// The page for when there is no connection (service-worker.js). Over HTTPS only: on a plain
// http://localhost the worker would outlive Ark and answer for the next program at that address.
// The language is part of the worker's address, so that the page is fetched again in another one.
if (location.protocol === "https:" && "serviceWorker" in navigator) {
  const { lang } = document.documentElement;
  navigator.serviceWorker.register(`/service-worker.js?${lang}`, { scope: "/" }).catch(() => {
    // a browser that forbids it shows its own page
  });
}
