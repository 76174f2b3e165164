/** Asks for the token where the address brought none. */

import { Button, PasswordInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { ApiProblems } from "../api/client";
import { t } from "../i18n";
import { useSession } from "../stores/sessionStore";
import { withCode } from "../ui/ProblemText";
import { Logo } from "./Logo";
import classes from "./SignInPage.module.css";

export function SignInPage() {
  const signInWithToken = useSession((state) => state.useToken);
  const [token, setToken] = useState("");
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await signInWithToken(token.trim());
    } catch (failure) {
      const isWrong = failure instanceof ApiProblems && failure.status === 401;
      setError(isWrong ? t("signin.wrong") : failure instanceof Error ? failure.message : String(failure));
    } finally {
      setBusy(false);
    }
  }

  return (
    <main className={classes.page}>
      <form className={classes.card} onSubmit={(event) => void submit(event)}>
        <Logo size={36} />
        <h1 className={classes.title}>{t("signin.title")}</h1>
        <p className={classes.text}>{withCode(t("signin.text"))}</p>
        <PasswordInput
          label={t("signin.token")}
          size="sm"
          value={token}
          onChange={(event) => setToken(event.currentTarget.value)}
          error={error}
          autoComplete="current-password"
          autoFocus
        />
        <Button type="submit" size="sm" fullWidth loading={isBusy} disabled={!token.trim()}>
          {t("signin.submit")}
        </Button>
      </form>
    </main>
  );
}
