/** Mantine dressed in our tokens: one accent, small sizes, the same radius everywhere. */

import {
  ActionIcon,
  Button,
  Checkbox,
  type CSSVariablesResolver,
  createTheme,
  InputWrapper,
  Menu,
  Modal,
  MultiSelect,
  NumberInput,
  Popover,
  SegmentedControl,
  Select,
  Switch,
  Textarea,
  TextInput,
  Tooltip,
} from "@mantine/core";

const small = { size: "xs" } as const;

export const theme = createTheme({
  primaryColor: "indigo",
  colors: {
    // From text to the deepest background, as in our tokens.
    dark: [
      "#e9ebf0",
      "#c9ced8",
      "#aab1bf",
      "#8d95a5",
      "#444b59",
      "#353b47",
      "#1c2027",
      "#181b21",
      "#13161b",
      "#0e1014",
    ],
  },
  primaryShade: { light: 7, dark: 6 },
  defaultRadius: 6,
  fontFamily: "var(--ll-font)",
  fontFamilyMonospace: "var(--ll-mono)",
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "16px", xl: "18px" },
  cursorType: "pointer",
  focusRing: "auto",
  components: {
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: "subtle", color: "gray", size: 30 } }),
    Button: Button.extend({ defaultProps: { size: "xs" } }),
    Checkbox: Checkbox.extend({ defaultProps: small }),
    // A field's accessible name is its label and nothing else; what is missing is a problem in words.
    InputWrapper: InputWrapper.extend({ defaultProps: { withAsterisk: false } }),
    Menu: Menu.extend({
      // The placeholder is a child that a menu must not have; without it the first item gets the focus.
      defaultProps: {
        shadow: "md",
        radius: 8,
        position: "bottom-start",
        withInitialFocusPlaceholder: false,
      },
    }),
    Modal: Modal.extend({
      defaultProps: { radius: 10, centered: true, overlayProps: { opacity: 0.4 } },
      styles: { title: { fontSize: 15, fontWeight: 600 } },
    }),
    MultiSelect: MultiSelect.extend({ defaultProps: small }),
    NumberInput: NumberInput.extend({ defaultProps: small }),
    Popover: Popover.extend({ defaultProps: { shadow: "md", radius: 8 } }),
    SegmentedControl: SegmentedControl.extend({ defaultProps: small }),
    Select: Select.extend({ defaultProps: { ...small, checkIconPosition: "right" } }),
    Switch: Switch.extend({ defaultProps: small }),
    Textarea: Textarea.extend({ defaultProps: small }),
    TextInput: TextInput.extend({ defaultProps: small }),
    Tooltip: Tooltip.extend({
      defaultProps: {
        openDelay: 400,
        fz: 12,
        withinPortal: true,
        events: { hover: true, focus: true, touch: false },
      },
    }),
  },
});

const ours = {
  "--mantine-color-body": "var(--ll-surface)",
  "--mantine-color-text": "var(--ll-text)",
  "--mantine-color-dimmed": "var(--ll-text-soft)",
  "--mantine-color-placeholder": "var(--ll-text-faint)",
  "--mantine-color-default": "var(--ll-surface)",
  "--mantine-color-default-hover": "var(--ll-surface-hover)",
  "--mantine-color-default-color": "var(--ll-text)",
  "--mantine-color-default-border": "var(--ll-border-strong)",
  "--mantine-color-error": "var(--ll-error)",
  "--mantine-color-disabled": "var(--ll-surface-sunken)",
  "--mantine-color-disabled-color": "var(--ll-text-faint)",
  "--mantine-color-disabled-border": "var(--ll-border)",
  "--mantine-color-anchor": "var(--ll-accent-text)",
  "--mantine-primary-color-filled": "var(--ll-accent)",
  "--mantine-primary-color-filled-hover": "var(--ll-accent-hover)",
  "--mantine-color-indigo-filled": "var(--ll-accent)",
  "--mantine-color-indigo-filled-hover": "var(--ll-accent-hover)",
  "--mantine-color-indigo-light": "var(--ll-accent-soft)",
  "--mantine-color-indigo-light-color": "var(--ll-accent-text)",
  "--mantine-color-gray-light-color": "var(--ll-text-soft)",
};

/** Mantine's names for what our tokens already decide, light and dark alike. */
export const cssVariables: CSSVariablesResolver = () => ({ variables: {}, light: ours, dark: ours });
