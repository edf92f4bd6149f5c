// Before anything is drawn: the colours the reader chose, and a mark that scripts run.
document.documentElement.classList.add("scripted");
try {
  const scheme = localStorage.getItem("scheme");
  if (scheme) document.documentElement.dataset.scheme = scheme;
} catch { /* A reader may forbid it to remember. */ }
