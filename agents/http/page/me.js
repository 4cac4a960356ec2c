// Who asks. The API decides what somebody may do; the page only leaves out what would be refused.

import { get } from "./api.js";

const ORDER = ["tenant", "viewer", "operator", "approver", "admin"];
let asked = null;

/** `{ name, role, scopes, tenant }`; null when nobody knows. */
export function me() {
  asked ??= get("me").catch(() => {
    asked = null;
    return null;
  });
  return asked;
}

/** Whether a role is at least another. */
export const reaches = (role, least) => ORDER.indexOf(role) >= ORDER.indexOf(least);

/** Whether to offer what needs this role; yes when nobody knows, for then the API will say it. */
export async function may(role) {
  const who = await me();
  return !who || reaches(who.role, role);
}
