/** From a problem of the training section to its control. */

/** Brings the control of a problem's field into view and gives it the focus. */
export function revealField(root: HTMLElement | null, field: string): void {
  const [, section, ...rest] = field.split(".");
  const names: { readonly [section: string]: string } = {
    data: dataField(rest),
    outputs: rest[1] === undefined ? "" : `${rest[0]}.${rest[1]}`,
    optimizer: rest.at(-1) === "learning_rate" ? "learning_rate" : "optimizer",
    fit: rest[0] ?? "epochs",
    weights: "weights",
  };
  const name = names[section ?? ""];
  if (name === undefined || name === "") return;
  const control = root?.querySelector<HTMLElement>(`[name="${CSS.escape(name)}"]`);
  control?.scrollIntoView({ block: "center" });
  control?.focus();
}

function dataField([part, end]: readonly string[]): string {
  if (part === "split") return "split";
  return part === "sample_weights" ? `${end}.sample_weights` : (end ?? "dataset");
}
