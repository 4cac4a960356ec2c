// Not a module, so that it runs before the first paint: a page that was switched to dark never flashes white.
try {
  const theme = localStorage.getItem("assay.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // A browser that keeps nothing for this page follows the system.
}
