// Light or dark: what the system prefers, until somebody switches.

const NAME = "assay.theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

const current = () => document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light");

/** Makes the button switch, and say what it would do. */
export function themeSwitch(button) {
  const label = () => {
    const other = current() === "dark" ? "light" : "dark";
    button.textContent = other === "dark" ? "Dark" : "Light";
    button.setAttribute("aria-label", `Switch to ${other} colours`);
  };
  button.addEventListener("click", () => {
    const chosen = current() === "dark" ? "light" : "dark";
    document.documentElement.dataset.theme = chosen;
    try {
      localStorage.setItem(NAME, chosen);
    } catch {
      // It lasts as long as the page is open.
    }
    label();
  });
  dark.addEventListener("change", label);
  label();
  button.hidden = false;
}
