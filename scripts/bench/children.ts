/** Processes under measurement: all end with the measurement, however it ends. */
type Options = {
  cwd?: string;
  env?: Record<string, string>;
  stdout?: "ignore" | "pipe";
  stderr?: "ignore" | "inherit";
};

const children = new Set<ReturnType<typeof Bun.spawn>>();

process.on("exit", () => {
  for (const child of children) child.kill("SIGKILL");
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));

/** Starts a process that is killed when this one ends; its errors are shown unless they are its log. */
export function startChild(
  words: string[],
  options: Options = {},
): Bun.Subprocess<"ignore", "ignore" | "pipe", "ignore" | "inherit"> {
  const child = Bun.spawn(words, { stdin: "ignore", stdout: "ignore", stderr: "inherit", ...options });
  children.add(child);
  void child.exited.then(() => children.delete(child));
  return child;
}
