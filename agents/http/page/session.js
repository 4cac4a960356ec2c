// The key of this tab. Nothing is kept beyond the tab, and nothing at all where the browser keeps nothing.

const NAME = "assay.key";
/** An event of the window. */
export const KEY_CHANGED = "assay-key";
let kept = "";

export function storedKey() {
  try {
    return sessionStorage.getItem(NAME) ?? kept;
  } catch {
    return kept;
  }
}

export function storeKey(key) {
  kept = key;
  try {
    if (key) sessionStorage.setItem(NAME, key);
    else sessionStorage.removeItem(NAME);
  } catch {
    // It lasts as long as the page is open.
  }
  dispatchEvent(new Event(KEY_CHANGED));
}
