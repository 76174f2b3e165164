/** A fault of the page itself: said in words, with the work still safe and a way on. */

import { Button } from "@mantine/core";
import { Component, type ReactNode } from "react";
import { t } from "../i18n";
import { EmptyState } from "../ui/EmptyState";

interface State {
  readonly error: Error | null;
}

export class FailureBoundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: Error): State {
    return { error };
  }

  override render() {
    if (!this.state.error) return this.props.children;
    return (
      <main style={{ display: "grid", height: "100%", placeContent: "center" }}>
        <EmptyState
          title={t("failure.title")}
          action={<Button onClick={() => window.location.reload()}>{t("failure.reload")}</Button>}
        >
          {t("failure.text", { message: this.state.error.message })}
        </EmptyState>
      </main>
    );
  }
}
