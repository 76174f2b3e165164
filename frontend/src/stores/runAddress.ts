/** The run that the page's address names, `/projects/<id>?run=<id>`: it outlives a reload and can be sent on. */

const NAME = "run";

export function runInAddress(): string | null {
  return new URL(window.location.href).searchParams.get(NAME);
}

/** null: the project's newest run, which needs no name. */
export function showRunInAddress(runId: string | null): void {
  const address = new URL(window.location.href);
  if (runId === null) address.searchParams.delete(NAME);
  else address.searchParams.set(NAME, runId);
  window.history.replaceState(null, "", address);
}
