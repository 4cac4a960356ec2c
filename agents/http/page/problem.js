// What went wrong, as the API says it (RFC 9457), or as the page has to say it when there is no answer.

export class Problem extends Error {
  constructor({ status = 0, title = "", detail = "", errors = [] } = {}) {
    super(detail || title || "Something went wrong");
    this.status = status;
    this.title = title;
    this.detail = detail;
    this.errors = Array.isArray(errors) ? errors : [];
  }
}

/** The problem in an answer; whoever answered may not have been the API. */
export async function problemOf(response) {
  try {
    const document = await response.json();
    return new Problem({ ...document, status: response.status });
  } catch {
    return new Problem({ status: response.status, title: `The answer was ${response.status}` });
  }
}

export const unreachable = () =>
  new Problem({
    title: "No answer",
    detail: "The API cannot be reached from this browser.",
    errors: [{ key: "", why: "", remedy: "See whether `assay serve` still runs, then try again." }],
  });
