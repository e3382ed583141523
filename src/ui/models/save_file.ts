/** Lets the browser save a text as a file. */
export function saveFile(file_name: string, text: string, content_type = "text/plain"): void {
  const url = URL.createObjectURL(new Blob([text], { type: content_type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = file_name;
  link.click();
  URL.revokeObjectURL(url);
}
