// The button of a page of docs that copies it as Markdown.
(() => {
  const button = document.querySelector("[data-markdown]"), { copied } = document.currentScript.dataset;
  const said = button?.textContent;

  async function fetched(url) {
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
    return new Blob([await answer.text()], { type: "text/plain" });
  }

  // The clipboard is given a promise, as a browser may not allow to write after a wait. A page that was opened from
  // a folder can fetch nothing, and shows the file.
  button?.addEventListener("click", async () => {
    const url = button.dataset.markdown;
    try {
      if (location.protocol === "file:") throw new Error("no file can be fetched");
      await navigator.clipboard.write([new ClipboardItem({ "text/plain": fetched(url) })]);
      button.textContent = copied;
      setTimeout(() => { button.textContent = said; }, 1500);
    } catch {
      location.assign(url);
    }
  });
})();
