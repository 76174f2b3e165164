/** One file a feature, so that features don't meet in one. */

import app from "./app.json";
import canvas from "./canvas.json";
import code from "./code.json";
import data from "./data.json";
import fields from "./fields.json";
import fit from "./fit.json";
import inspector from "./inspector.json";
import learned from "./learned.json";
import losses from "./losses.json";
import palette from "./palette.json";
import preflight from "./preflight.json";
import problems from "./problems.json";
import projects from "./projects.json";
import runs from "./runs.json";
import training from "./training.json";
import ui from "./ui.json";

export default {
  ...app,
  ...canvas,
  ...code,
  ...data,
  ...fields,
  ...fit,
  ...inspector,
  ...learned,
  ...losses,
  ...palette,
  ...preflight,
  ...problems,
  ...projects,
  ...runs,
  ...training,
  ...ui,
};
