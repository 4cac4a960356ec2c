// An address that leads nowhere.

import { el } from "../dom.js";
import { empty } from "../parts/states.js";
import { to } from "../route.js";

export const nothing = {
  title: () => "Nothing is here",
  load: async () => null,
  draw: () => empty("This address leads nowhere.", el("a", { href: to("overview") }, "To the overview")),
};
