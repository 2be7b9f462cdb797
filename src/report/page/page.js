"use strict";
(() => {
  const $ = (selector, from = document) => from.querySelector(selector);
  const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];
  const make = (name, set = {}, ...children) => {
    const element = Object.assign(document.createElement(name), set);
    element.append(...children);
    return element;
  };
  const root = document.documentElement;
  const data = JSON.parse($("#data").textContent);
  root.classList.add("js");

  // Language. The radio buttons choose it; here follows what the style cannot do.
  let lang = 0;
  const say = (zh, en) => (lang === 0 ? zh : en);
  const changed = [];
  const choose = () => {
    lang = $("#lang-en").checked ? 1 : 0;
    root.lang = say("zh-CN", "en");
    document.title = data.titles[lang];
    changed.forEach((then) => then());
  };
  for (const radio of $$("input[name=lang]")) radio.addEventListener("change", choose);

  // Values under the pointer. The titles of the places are taken over, so that they are not shown twice.
  const tip = make("div", { id: "tip", hidden: true });
  tip.setAttribute("role", "tooltip");
  document.body.append(tip);
  const said = new WeakMap();
  for (const place of $$(".spots rect")) {
    said.set(place, place.textContent);
    place.replaceChildren();
  }
  const hide = () => { tip.hidden = true; };
  const show = (event) => {
    const text = event.target instanceof Element && said.get(event.target);
    if (!text) return hide();
    const home = event.target.closest("dialog") || document.body;
    if (tip.parentNode !== home) home.append(tip);
    tip.textContent = text;
    tip.hidden = false;
    const { width, height } = tip.getBoundingClientRect();
    const left = event.clientX + 16 + width > innerWidth ? event.clientX - width - 12 : event.clientX + 16;
    const top = event.clientY + 16 + height > innerHeight ? event.clientY - height - 12 : event.clientY + 16;
    tip.style.left = `${Math.max(4, left)}px`;
    tip.style.top = `${Math.max(4, top)}px`;
  };
  document.addEventListener("pointermove", show);
  document.addEventListener("pointerdown", show);
  document.addEventListener("scroll", hide, true);

  // A chart as large as the window.
  const close = make("button");
  const form = make("form", { method: "dialog" }, close);
  const dialog = make("dialog", {}, form);
  document.body.append(dialog);
  changed.push(() => { close.textContent = say("关闭", "Close"); });
  const enlarge = (figure) => {
    const source = $("svg", figure);
    const copy = source.cloneNode(true);
    const places = $$(".spots rect", source);
    $$(".spots rect", copy).forEach((place, index) => said.set(place, said.get(places[index])));
    dialog.replaceChildren(form, copy);
    dialog.setAttribute("aria-label", copy.getAttribute("aria-label"));
    hide();
    dialog.showModal();
  };
  for (const figure of $$("figure")) {
    $(".slide", figure).addEventListener("click", () => enlarge(figure));
    $(".enlarge", figure).addEventListener("click", () => enlarge(figure));
  }
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("close", () => { hide(); dialog.replaceChildren(form); });

  // Browsers that cannot show folded parts by style alone open them for the printer.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = $$(".model .long:not([open])");
    opened.forEach((part) => { part.open = true; });
  });
  addEventListener("afterprint", () => { opened.forEach((part) => { part.open = false; }); });

  const explorer = data.series.length > 0 ? explore() : null;
  if (explorer) changed.push(explorer);
  choose();

  // The explorer: one quantity of one group, under the schedules chosen.
  function explore() {
    const COLORS = ["#0072B2", "#D55E00", "#E69F00", "#009E73", "#56B4E9", "#CC79A7"].map((one, at) => data.colors[at] || one);
    const DASHES = [[], [10, 5], [3, 4], [14, 4, 3, 4]];
    const everyDay = (first, values) => Array.from({ length: data.days }, (_, day) => values[day - first] || 0);
    const all = data.series.map(([schedule, key, name, group, unit, total, first, ...values]) => {
      const [median, low, high] = values.map((one) => everyDay(first, one));
      return { schedule, key, name, group, unit, total, median, low, high };
    });
    const [year, month, date] = data.first.split("-").map(Number);
    const color = (schedule) => COLORS[schedule % COLORS.length];
    const dash = (schedule) => DASHES[Math.floor(schedule / COLORS.length) % DASHES.length];
    const seen = new Set(data.shown);
    const groupOf = (series) => series.group[1] + "\n" + series.group[0];
    const always = { min: 0, max: data.days };
    let plot = null;
    let shown = [];
    // Days shown: those the reader has chosen, or else those on which anything happens.
    let chosen = null;
    let asked = always;
    let pointed = null;

    const quantity = make("select");
    const group = make("select");
    const reset = make("button", { type: "button" });
    const quantityName = make("span");
    const groupName = make("span");
    const legend = make("legend");
    const boxes = data.schedules.map((names, at) => {
      const box = make("input", { type: "checkbox", checked: seen.has(at) });
      const swatch = make("span", { className: "swatch" });
      swatch.style.color = color(at);
      swatch.style.borderTopStyle = dash(at).length ? "dashed" : "solid";
      box.addEventListener("change", () => {
        if (box.checked) seen.add(at); else seen.delete(at);
        draw();
      });
      return { label: make("label", {}, box, swatch, make("span")), names };
    });
    const fieldset = make("fieldset", { hidden: data.schedules.length < 2 }, legend, ...boxes.map((box) => box.label));
    const controls = make("div", { className: "controls" },
      make("label", {}, quantityName, quantity), make("label", {}, groupName, group), fieldset, reset);
    const canvas = make("div", { className: "plot", tabIndex: 0 });
    canvas.setAttribute("role", "application");
    const readout = make("p", { className: "readout" });
    readout.setAttribute("role", "status");
    const box = make("div", { id: "explorer" }, controls, canvas, readout);

    const day = (index, long) => {
      const at = new Date(Date.UTC(year, month - 1, date + index));
      if (!long) return say(`${at.getUTCMonth() + 1}月${at.getUTCDate()}日`, `${at.getUTCDate()} ${"Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ")[at.getUTCMonth()]}`);
      const weekday = say("周" + "日一二三四五六"[at.getUTCDay()], "Sun Mon Tue Wed Thu Fri Sat".split(" ")[at.getUTCDay()]);
      return say(`${at.getUTCFullYear()}年${day(index)}${weekday}`, `${weekday} ${day(index)} ${at.getUTCFullYear()}`);
    };
    const digits = (value) => Number(value.toPrecision(3)).toLocaleString("en", { maximumFractionDigits: 6 });
    const isTotal = () => Boolean(asking()?.total);
    const isShare = () => asking()?.unit[1] === "share";
    const told = (value) => {
      if (isShare()) return `${digits(value * 100)}%`;
      const size = Math.abs(value);
      if (lang === 0) return size >= 1e8 ? `${digits(value / 1e8)}亿` : size >= 1e4 ? `${digits(value / 1e4)}万` : digits(value);
      return size >= 1e9 ? `${digits(value / 1e9)} billion` : size >= 1e6 ? `${digits(value / 1e6)} million` : digits(value);
    };
    const tick = (value) => {
      if (isShare()) return `${digits(value * 100)}%`;
      const size = Math.abs(value);
      if (lang === 0) return size >= 1e8 ? `${digits(value / 1e8)}亿` : size >= 1e4 ? `${digits(value / 1e4)}万` : digits(value);
      return size >= 1e9 ? `${digits(value / 1e9)}B` : size >= 1e6 ? `${digits(value / 1e6)}M` : size >= 1e4 ? `${digits(value / 1e3)}k` : digits(value);
    };
    // What is looked at, even if no schedule that is ticked has it.
    const asking = () => shown[0] || all.find((one) => one.key === quantity.value);
    const unit = () => (isShare() || !asking() ? "" : asking().unit[lang]);
    const label = () => {
      if (!asking()) return "";
      const name = asking().name[lang];
      return unit() ? say(`${name}（${unit()}）`, `${name} (${unit()})`) : name;
    };

    // Lists keep their choice when the language changes.
    const fill = (select, options) => {
      const chosen = select.value;
      select.replaceChildren(...options.map(([value, text]) => make("option", { value, textContent: text })));
      if (options.some(([value]) => value === chosen)) select.value = chosen;
    };
    const unique = (list, key) => [...new Map(list.map((one) => [key(one), one])).values()];
    const fillGroups = () => {
      const groups = unique(all.filter((one) => one.key === quantity.value), groupOf);
      fill(group, groups.map((one) => [groupOf(one), one.group[lang] || say("全市", "whole city")]));
    };
    const words = () => {
      quantityName.textContent = say("指标", "Quantity");
      groupName.textContent = say("就医类别或窗口", "Care type or desks");
      legend.textContent = say("方案", "Schedules");
      boxes.forEach((box) => { box.label.lastChild.textContent = box.names[lang]; });
      fill(quantity, unique(all, (one) => one.key).map((one) => [one.key, one.name[lang]]));
      fillGroups();
    };

    // Schedules that are ticked and have nothing to show: a series that is zero on every day is not in the page.
    const tellOthers = () => {
      const others = data.schedules.map((_, at) => at).filter((at) => seen.has(at) && !shown.some((one) => one.schedule === at));
      for (const at of others) {
        const swatch = make("span", { className: "swatch" });
        swatch.style.color = color(at);
        const name = data.schedules.length > 1 ? data.schedules[at][lang] + say("：", ": ") : "";
        readout.append(make("span", {}, swatch, name + say("无数据（全为 0）", "no data (all zero)")));
      }
    };
    const tell = (index) => {
      readout.replaceChildren();
      if (seen.size === 0) {
        readout.append(make("span", { textContent: say("没有勾选方案：在上面勾选至少一个。", "No schedule is ticked: tick at least one above.") }));
        return;
      }
      if (index === null || index === undefined || shown.length === 0) {
        if (shown.length > 0) readout.append(make("span", { textContent: say("指向图上某一天，这里显示当天的数。", "Point at a day to read its values here.") }));
        return tellOthers();
      }
      readout.append(make("b", { textContent: day(index, true) }));
      for (const series of shown) {
        const swatch = make("span", { className: "swatch" });
        swatch.style.color = color(series.schedule);
        const name = data.schedules.length > 1 ? data.schedules[series.schedule][lang] + say("：", ": ") : "";
        const [median, low, high] = [series.median, series.low, series.high].map((values) => told(values[index]));
        const text = say(`${name}中位数 ${median}${unit()}，5%～95%：${low} ～ ${high}`, `${name}median ${median} ${unit()}, 5%–95%: ${low} – ${high}`);
        readout.append(make("span", {}, swatch, text));
      }
      tellOthers();
    };

    const size = () => ({ width: Math.max(240, canvas.clientWidth), height: innerWidth < 640 ? 260 : 380 });
    const series = () => {
      // The total of a day is a step across it: a line would rise on the day before.
      const paths = isTotal() ? uPlot.paths.stepped({ align: 1 }) : undefined;
      const lines = [{}];
      const bands = [];
      shown.forEach((one, at) => {
        const stroke = color(one.schedule);
        const edge = { stroke: "transparent", paths, points: { show: false } };
        lines.push({ ...edge }, { ...edge }, { stroke, paths, width: 2.5, dash: dash(one.schedule), points: { show: false } });
        bands.push({ series: [3 * at + 1, 3 * at + 2], fill: stroke + "33" });
      });
      return { lines, bands };
    };
    const eventful = () => {
      const peak = Math.max(0, ...shown.flatMap((one) => one.high));
      const days = shown.flatMap((one) => one.high.map((value, day) => (value > peak / 100 ? day : -1)).filter((day) => day >= 0));
      if (days.length === 0) return always;
      return { min: Math.max(0, Math.min(...days) - 7), max: Math.min(data.days, Math.max(...days) + 8) };
    };
    const look = () => {
      if (!plot) return;
      asked = chosen || eventful();
      plot.setScale("x", asked);
      reset.textContent = chosen === null ? say("全部日期", "All days") : say("有变化的日子", "Days with anything");
    };
    const draw = () => {
      if (plot) plot.destroy();
      [plot, pointed] = [null, null];
      shown = all.filter((one) => one.key === quantity.value && groupOf(one) === group.value && seen.has(one.schedule));
      const nothing = shown.length > 0 ? "" : seen.size > 0 ? say("；无数据（全为 0）", "; no data (all zero)") : say("；没有勾选方案", "; no schedule is ticked");
      canvas.setAttribute("aria-label", say(`${label()}，逐日`, `${label()}, day by day`) + nothing);
      tell(null);
      if (!canvas.isConnected) return;
      const { lines, bands } = series();
      // One place more than days, at which the step of the last day ends.
      const days = Array.from({ length: data.days + 1 }, (_, index) => index);
      const upToEnd = (values) => [...values, isTotal() ? values[data.days - 1] : null];
      const font = `13px ${getComputedStyle(canvas).fontFamily}`;
      const axis = { stroke: "#1d2329", font, grid: { stroke: "#dde2e7", width: 1 }, ticks: { stroke: "#8a96a3", width: 1 } };
      plot = new uPlot({
        ...size(),
        legend: { show: false },
        scales: {
          x: { time: false },
          y: { range: (_, low, high) => [Math.min(0, low ?? 0), high > 0 ? high * 1.06 : 1] },
        },
        axes: [
          { ...axis, incrs: [1, 2, 7, 14, 28, 56, 112], space: 72, values: (_, splits) => splits.map((split) => (Number.isInteger(split) && split < data.days ? day(split) : "")) },
          { ...axis, size: 72, label: label(), labelFont: font, labelSize: 22, values: (_, splits) => splits.map(tick) },
        ],
        series: lines,
        bands,
        cursor: { y: false, points: { show: false }, drag: { x: true, y: false } },
        hooks: {
          setCursor: [(now) => {
            pointed = now.cursor.left < 0 ? null : dayAt(now.posToVal(now.cursor.left, "x"));
            tell(pointed);
          }],
          setScale: [(now, key) => {
            const { min, max } = now.scales.x;
            if (key !== "x" || now !== plot || (min === asked.min && max === asked.max)) return;
            chosen = { min, max };
            look();
          }],
        },
      }, [days, ...shown.flatMap((one) => [one.high, one.low, one.median].map(upToEnd))], canvas);
      look();
    };

    // A total stands on the whole of its day, a level at its beginning.
    const dayAt = (x) => Math.min(data.days - 1, Math.max(0, isTotal() ? Math.floor(x) : Math.round(x)));
    const turn = () => { chosen = chosen === null ? always : null; look(); };
    const move = (event) => {
      if (!plot || event.altKey || event.ctrlKey || event.metaKey) return;
      const { min, max } = plot.scales.x;
      const [first, last] = [Math.ceil(min), Math.min(data.days - 1, Math.floor(max))];
      const steps = { ArrowLeft: (pointed ?? last + 1) - 1, ArrowRight: (pointed ?? first - 1) + 1, PageUp: (pointed ?? last) - 7, PageDown: (pointed ?? first) + 7, Home: first, End: last };
      if (event.key === "Escape") { chosen = null; return look(); }
      if (!(event.key in steps)) return;
      event.preventDefault();
      const index = Math.min(last, Math.max(first, steps[event.key]));
      plot.setCursor({ left: plot.valToPos(isTotal() ? Math.min(index + 0.5, max) : index, "x"), top: 10 });
    };
    canvas.addEventListener("keydown", move);
    reset.addEventListener("click", turn);
    quantity.addEventListener("change", () => { fillGroups(); draw(); });
    group.addEventListener("change", draw);
    addEventListener("resize", () => { if (plot) plot.setSize(size()); });

    let fresh = true;
    return () => {
      const place = $(say("#zh", "#en") + " .place");
      if (place && box.parentNode !== place) place.append(box);
      words();
      if (fresh && all.some((one) => one.key === "backlog")) {
        quantity.value = "backlog";
        fillGroups();
      }
      fresh = false;
      draw();
    };
  }
})();
