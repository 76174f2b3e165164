/** From the first moment to the editor: sign-in, what the page opens with, then the workbench. */

import { Button, Loader } from "@mantine/core";
import { Unplug } from "lucide-react";
import { useEffect, useState } from "react";
import { ApiProblems } from "../api/client";
import { t } from "../i18n";
import { useCatalogue } from "../stores/catalogueStore";
import { startChecking } from "../stores/checkStore";
import { useProjects } from "../stores/projectsStore";
import { startSaving } from "../stores/saving";
import { useSession } from "../stores/sessionStore";
import { EmptyState } from "../ui/EmptyState";
import classes from "./App.module.css";
import { SignInPage } from "./SignInPage";
import { Workbench } from "./Workbench";

export function App() {
  const signIn = useSession((state) => state.signIn);
  useEffect(() => {
    if (useSession.getState().signIn === "starting") void useSession.getState().begin();
  }, []);
  if (signIn === "signed_out") return <SignInPage />;
  if (signIn === "unreachable") return <Unreachable onRetry={() => void useSession.getState().begin()} />;
  if (signIn === "starting") return <Starting />;
  return <Opened />;
}

type Opening = "opening" | "open" | "failed";
/** Outlives a change of language, which draws everything anew. */
let opening: Opening = "opening";

function Opened() {
  const [state, setState] = useState<Opening>(opening);

  useEffect(() => {
    let isCurrent = true;
    if (opening !== "open") {
      void openOnce().then((next) => {
        opening = next;
        if (isCurrent) setState(next);
      });
    }
    return () => {
      isCurrent = false;
    };
  }, []);

  useEffect(() => {
    if (state !== "open") return;
    const stopChecking = startChecking();
    const stopSaving = startSaving();
    return () => {
      stopChecking();
      stopSaving();
    };
  }, [state]);

  if (state === "failed") {
    return (
      <Unreachable
        onRetry={() => {
          setState("opening");
          void openOnce().then((next) => {
            opening = next;
            setState(next);
          });
        }}
      />
    );
  }
  return state === "open" ? <Workbench /> : <Starting />;
}

let pending: Promise<Opening> | null = null;

/** StrictMode mounts twice; a project is opened, or made, once. */
function openOnce(): Promise<Opening> {
  pending ??= openEverything().finally(() => {
    pending = null;
  });
  return pending;
}

async function openEverything(): Promise<Opening> {
  try {
    await Promise.all([useCatalogue.getState().load(), useProjects.getState().openFirst()]);
    return useCatalogue.getState().catalogue ? "open" : "failed";
  } catch (error) {
    if (error instanceof ApiProblems && error.status === 401) useSession.getState().end();
    return "failed";
  }
}

function Starting() {
  return (
    <main className={classes.centre} aria-busy="true">
      <Loader size="sm" aria-label={t("app.starting")} />
    </main>
  );
}

function Unreachable({ onRetry }: { readonly onRetry: () => void }) {
  return (
    <main className={classes.centre}>
      <EmptyState
        icon={Unplug}
        title={t("app.unreachable")}
        action={<Button onClick={onRetry}>{t("app.retry")}</Button>}
      >
        {t("app.unreachable_hint")}
      </EmptyState>
    </main>
  );
}
