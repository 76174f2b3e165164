/** One value of a row: numbers and words as text, pictures small, sounds with a player, sequences as a line. */

import { t } from "../../i18n";
import type { Column, Json } from "../../schema";
import classes from "./data.module.css";
import { showNumber, showTime } from "./format";
import { isImage, PixelImage } from "./PixelImage";
import { isSequence, Sparkline } from "./Sparkline";

/** An image or a sound, which is fetched by itself. */
interface MediaCell {
  readonly media: "image" | "audio";
  readonly url: string;
  readonly shape: readonly number[];
}

interface CellProps {
  readonly value: Json;
  readonly column: Column | undefined;
  /** Counted from 0. */
  readonly row: number;
}

export function Cell({ value, column, row }: CellProps) {
  if (value === null) return <span className={classes.none}>–</span>;
  if (isMedia(value)) return <Media cell={value} column={column?.name ?? ""} row={row} />;
  if (isImage(value)) return <PixelImage rows={value} />;
  if (isSequence(value)) return <Sparkline values={value} />;
  if (Array.isArray(value)) return <Short text={JSON.stringify(value)} />;
  if (typeof value === "object") return <>{shapeOf(value)}</>;
  if (column?.kind === "time" && typeof value !== "boolean") return <>{showTime(value)}</>;
  if (typeof value === "number") return <>{Number.isInteger(value) ? value : showNumber(value)}</>;
  return <Short text={String(value)} />;
}

function Media({ cell, column, row }: { cell: MediaCell; column: string; row: number }) {
  const values = { column, row: row + 1, shape: cell.shape.join(" × ") };
  if (cell.media === "image")
    return (
      <img
        className={classes.thumbnail}
        src={cell.url}
        alt={t("data.image", values)}
        title={values.shape}
        loading="lazy"
      />
    );
  return (
    // biome-ignore lint/a11y/useMediaCaption: a row of a data set comes without captions.
    <audio
      className={classes.audio}
      controls
      preload="none"
      src={cell.url}
      aria-label={t("data.audio", values)}
    />
  );
}

function Short({ text }: { readonly text: string }) {
  return text.length > 64 ? <span title={text.slice(0, 2000)}>{text.slice(0, 61)}…</span> : text;
}

function isMedia(value: Json): value is Json & MediaCell {
  return (
    typeof value === "object" &&
    value !== null &&
    "media" in value &&
    "url" in value &&
    // Nothing but our own server is asked for a picture.
    String(value.url).startsWith("/api/")
  );
}

/** A tensor that is too large to show: its shape. */
function shapeOf(value: object): string {
  const { shape } = value as { shape?: readonly number[] };
  return Array.isArray(shape) ? `(${shape.join(", ")})` : JSON.stringify(value);
}
