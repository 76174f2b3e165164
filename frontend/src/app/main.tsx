/** Starts the page. */

import "@mantine/core/styles.css";
import "../ui/tokens.css";
import { MantineProvider } from "@mantine/core";
import { useColorScheme } from "@mantine/hooks";
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { setLanguage } from "../i18n";
import { queries } from "../stores/queries";
import { useSettings } from "../stores/settingsStore";
import { App } from "./App";
import { FailureBoundary } from "./FailureBoundary";
import { cssVariables, theme } from "./theme";

function Page() {
  const wanted = useSettings((state) => state.theme);
  const language = useSettings((state) => state.language);
  const system = useColorScheme("light", { getInitialValueInEffect: false });
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      forceColorScheme={wanted === "auto" ? system : wanted}
    >
      <QueryClientProvider client={queries}>
        {/* Another language draws everything anew, so that texts need no subscription of their own. */}
        <FailureBoundary key={language}>
          <App />
        </FailureBoundary>
      </QueryClientProvider>
    </MantineProvider>
  );
}

void setLanguage(useSettings.getState().language).then(() => {
  createRoot(document.getElementById("root")!).render(
    <StrictMode>
      <Page />
    </StrictMode>,
  );
});
