/** Shares of the rows as one bar with three parts; the two borders between them are dragged, or moved by the arrow keys. */

import { type KeyboardEvent, type PointerEvent, useRef, useState } from "react";

import { t } from "../../i18n";

interface Shares {
  readonly validation: number;
  readonly test: number;
}

interface SplitBarProps extends Shares {
  readonly rows: number | null;
  readonly onChange: (shares: Shares) => void;
}

/** So much is left to train with. */
const LEAST_TRAINING = 1;
const percentOf = (share: number) => Math.round(share * 100);

export function SplitBar({ validation, test, rows, onChange }: SplitBarProps) {
  const bar = useRef<HTMLDivElement>(null);
  /** While a border is dragged; one drag is one change. */
  const [draft, setDraft] = useState<Shares | null>(null);
  const shares = draft ?? { validation, test };
  const trained = Math.max(0, 1 - shares.validation - shares.test);
  const first = percentOf(trained);
  const second = percentOf(trained + shares.validation);

  const moved = (border: 0 | 1, percent: number): Shares => {
    const whole = Math.round(percent);
    const [a, b] =
      border === 0
        ? [Math.min(Math.max(whole, LEAST_TRAINING), second), second]
        : [first, Math.max(Math.min(whole, 100), first)];
    return { validation: (b - a) / 100, test: (100 - b) / 100 };
  };
  const at = (event: PointerEvent) => {
    const box = bar.current!.getBoundingClientRect();
    return (100 * (event.clientX - box.left)) / box.width;
  };
  const handle = (border: 0 | 1) => ({
    role: "slider",
    tabIndex: 0,
    "aria-label": t(border === 0 ? "split.validationBegins" : "split.testBegins"),
    "aria-valuemin": border === 0 ? LEAST_TRAINING : first,
    "aria-valuemax": border === 0 ? second : 100,
    "aria-valuenow": border === 0 ? first : second,
    "aria-valuetext": `${border === 0 ? first : second} %`,
    style: { insetInlineStart: `${border === 0 ? first : second}%` },
    onKeyDown: (event: KeyboardEvent) => {
      const step = STEPS[event.key];
      if (step === undefined) return;
      event.preventDefault();
      onChange(moved(border, (border === 0 ? first : second) + step));
    },
    onPointerDown: (event: PointerEvent<HTMLDivElement>) => {
      event.currentTarget.setPointerCapture(event.pointerId);
      setDraft(shares);
    },
    onPointerMove: (event: PointerEvent) => {
      if (draft !== null) setDraft(moved(border, at(event)));
    },
    onPointerUp: () => {
      if (draft !== null && (draft.validation !== validation || draft.test !== test)) onChange(draft);
      setDraft(null);
    },
    onPointerCancel: () => setDraft(null),
  });
  const parts = [
    { name: t("split.training"), share: trained, part: "training" },
    { name: t("split.validation"), share: shares.validation, part: "validation" },
    { name: t("split.test"), share: shares.test, part: "test" },
  ] as const;
  return (
    <div className="split">
      <div className="split-bar" ref={bar}>
        {parts.map(({ part, share }) => (
          <span key={part} className="split-part" data-part={part} style={{ flexGrow: share }} />
        ))}
        <div className="split-border" {...handle(0)} />
        <div className="split-border" {...handle(1)} />
      </div>
      <ul className="split-legend">
        {parts.map(({ name, part, share }) => (
          <li key={part} data-part={part}>
            <span className="split-dot" data-part={part} aria-hidden />
            {name} {percentOf(share)} %
            {rows !== null && (
              <span className="split-rows">{t("split.rows", { count: Math.round(share * rows) })}</span>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

const STEPS: { readonly [key: string]: number } = {
  ArrowLeft: -1,
  ArrowDown: -1,
  ArrowRight: 1,
  ArrowUp: 1,
  PageDown: -5,
  PageUp: 5,
  Home: -100,
  End: 100,
};
