/** Hands a file to the browser's downloads. */
export function saveFile(file: Blob, name: string): void {
  const link = window.document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
