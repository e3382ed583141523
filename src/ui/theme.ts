/** Colours and sizes of the page. Text has a contrast of at least 4.5 with its background (WCAG 2.2, 1.4.3). */
import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from "@mantine/core";

const TEAL: MantineColorsTuple = [
  "#e6f7f5",
  "#cdeeea",
  "#9bdcd5",
  "#66c9be",
  "#3bb8ab",
  "#1fa396",
  "#0f8a7f",
  "#0b6e69",
  "#095a56",
  "#064744",
];

export const theme = createTheme({
  primaryColor: "jaot",
  primaryShade: 7,
  colors: { jaot: TEAL },
  defaultRadius: "sm",
  cursorType: "pointer",
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif",
  fontFamilyMonospace: "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace",
  headings: { fontWeight: "600" },
  respectReducedMotion: true,
  // A link within a text must not differ by its colour alone.
  components: { Anchor: { defaultProps: { underline: "always" } } },
});

const TEXT_COLOURS = ["gray", "red", "orange", "yellow", "green", "blue", "cyan", "grape", "violet", "teal", "jaot"];

function lightTexts(shade: number): Record<string, string> {
  return Object.fromEntries(
    TEXT_COLOURS.map((name) => [`--mantine-color-${name}-light-color`, `var(--mantine-color-${name}-${shade})`]),
  );
}

/** Replaces Mantine's own dimmed text and tinted badges, which are below that contrast. */
export const resolveVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    ...lightTexts(9),
    "--mantine-color-orange-light-color": "#9c3b05",
    "--mantine-color-yellow-light-color": "#7a4a00",
    "--mantine-color-green-light-color": "#1d6b2e",
    "--mantine-color-cyan-light-color": "#0a5c6b",
    "--mantine-color-teal-light-color": "#066649",
    "--mantine-color-dimmed": "var(--mantine-color-gray-7)",
    "--mantine-color-placeholder": "#6a7178",
    "--mantine-color-error": "#c92a2a",
  },
  dark: {
    ...lightTexts(3),
    "--mantine-color-dimmed": "#b0b3b8",
    "--mantine-color-placeholder": "#9a9da3",
    "--mantine-color-anchor": "var(--mantine-color-jaot-4)",
    "--mantine-color-error": "#ff8787",
  },
});
