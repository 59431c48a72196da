// 实训表：一张真正的 <table>，每格一个输入框。这里只管显示、键盘与粘贴；对错、规范写法都由内核说。

const address = (row, column) => `${row}/${column}`;
const SIGNS = { right: "✓", credit: "✓", wrong: "×", format: "?", pending: "…", blank: "" };
const NUMBERS = ["number", "whole", "percent", "money", "factor", "days"];
const PASTED = "粘贴";
const TEXT_PAUSE = 800; // 毫秒：长文字停笔这么久就存一次

function render({ model, el }) {
  const root = node("section", { class: "lab-sheet", "aria-label": model.get("page").title });
  el.append(root);
  const kept = stash(model.get("page").stash);
  const fields = new Map(); // 地址 → 一格的输入框与它的记号
  let shape = "";
  let clashing = [];
  let explained = ""; // 理由那一行说的是哪一格

  const status = node("p", { class: "lab-status", role: "status", "aria-live": "polite" });
  const alarm = node("p", { class: "lab-alarm", role: "alert" });
  const reason = node("p", { class: "lab-reason", role: "status", "aria-live": "polite" });
  const conflict = node("div", { class: "lab-conflict" });
  const grid = node("div", { class: "lab-grid" });
  const bar = node("div", { class: "lab-progress" });
  const remark = node("p", { class: "lab-note" });
  const panel = node("div", { class: "lab-panel", "aria-live": "polite" });
  const buttons = node("div", { class: "lab-buttons", role: "group", "aria-label": "这张表的按钮" });

  const page = () => model.get("page");
  const cellOf = (id) => page().cells[id] || { text: "", shown: "", status: "blank", word: "", reason: "" };

  const talk = conversation(model, (silent) => {
    const left = Object.keys(kept.all()).length;
    setText(alarm, silent ? `内核还没有回应。${left ? `有 ${left} 格没有存上，记在这个浏览器里，不会丢。` : ""}等一会儿；还不行，点菜单“运行 → 运行所有单元格”，就会补存。` : "");
    if (silent) setText(status, "");
  });

  /** 做一件事，把要说的话说出来；没做成的用警示的口气说。 */
  async function ask(verb, content = {}) {
    const answer = await talk.send(verb, content);
    setText(answer.kept ? status : alarm, answer.said || "");
    if (answer.kept) setText(alarm, "");
    return answer;
  }

  // ── 填一格 ────────────────────────────────────────────────────────

  const clashes = (id) => page().conflict.some((clash) => address(clash.row, clash.column) === id);

  /** 存一格：先记在浏览器里，回执说存好了才划掉。一格一次只送一份；路上又改了，等回执到了再送新的。 */
  async function save(field) {
    const text = field.input.value;
    Object.assign(field, { drawn: text, sending: true, refused: false, again: false });
    kept.put(field.id, { text, base: field.base });
    mark(field, "saving");
    setText(status, "正在存…");
    const answer = await talk.send("fill", { cells: [[field.row, field.column, text, field.base]] });
    field.sending = false;
    field.refused = !answer.kept;
    const settled = answer.kept && !clashes(field.id);
    if (settled) field.base = text;
    if (settled && field.input.value === text) kept.drop(field.id);
    else if (settled) draft(field);
    setText(alarm, answer.kept ? "" : answer.said);
    setText(status, answer.kept ? ["✓ 已存好", answer.said].filter(Boolean).join("　") : "");
    paint(field);
    if (field.again) commit(field);
  }

  function commit(field) {
    if (!field || (field.input.value === field.drawn && !field.refused)) return;
    if (field.sending) field.again = true;
    else save(field);
  }

  /** 正在打的字也先记下：没离开这一格就断电，重开时照样补存。 */
  function draft(field) {
    kept.put(field.id, { text: field.input.value, base: field.base });
  }

  /** 退回上一次送出去的样子；那一份若还没存上，仍记在浏览器里。 */
  function cancel(field) {
    field.input.value = field.drawn;
    if (field.sending || field.refused || field.drawn !== cellOf(field.id).shown) draft(field);
    else kept.drop(field.id);
  }

  // ── 一格的样子 ────────────────────────────────────────────────────

  function mark(field, state) {
    if (field) field.box.dataset.state = state;
  }

  function paint(field) {
    if (!field) return;
    const cell = cellOf(field.id);
    const own = field.sending || field.refused || field.input.value !== field.drawn; // 这一页上有还没存上的
    if (!own) {
      field.input.value = cell.shown;
      field.drawn = cell.shown;
      field.base = cell.text;
      grow(field.input);
    }
    mark(field, field.sending ? "saving" : cell.status);
    setText(field.sign, SIGNS[cell.status] || "");
    setText(field.word, cell.status === "credit" || cell.status === "format" ? cell.word : "");
    setText(field.said, cell.status === "blank" ? cell.word : `${cell.word}：${cell.reason}`);
    field.input.setAttribute("aria-invalid", String(cell.status === "wrong" || cell.status === "format"));
    if (explained === field.id) explain(field);
  }

  function explain(field) {
    explained = field.id;
    const cell = cellOf(field.id);
    const read = cell.shown !== cell.text && cell.status !== "format" ? `（写的是“${cell.text}”，读作 ${cell.shown}）` : "";
    setText(reason, cell.status === "blank" ? `${field.name}：${cell.reason}` : `${field.name}　${SIGNS[cell.status]} ${cell.word}：${cell.reason}${read}`);
    reason.dataset.state = cell.status;
  }

  const grow = (input) => {
    if (input.tagName !== "TEXTAREA") return;
    input.style.height = "auto";
    input.style.height = `${Math.max(input.scrollHeight, 48) + 2}px`;
  };

  // ── 键盘 ──────────────────────────────────────────────────────────

  /** 往上下左右找下一个要填的格；到边上就停住。 */
  function step(field, down, right) {
    const { rows, columns } = page();
    let i = rows.findIndex((row) => row.key === field.row);
    let j = columns.findIndex((column) => column.key === field.column);
    while (true) {
      i += down;
      j += right;
      if (i < 0 || j < 0 || i >= rows.length || j >= columns.length) return null;
      const found = fields.get(address(rows[i].key, columns[j].key));
      if (found) return found;
    }
  }

  function go(field) {
    if (!field) return;
    field.input.focus();
    if (field.input.select) field.input.select();
  }

  /** 存好这一格，走到下面那格；最后一行就到下一列的第一格。 */
  function next(field, direction) {
    commit(field);
    const below = step(field, direction, 0);
    if (below) return go(below);
    const { columns } = page();
    const inOrder = columns.flatMap((column) => [...fields.values()].filter((other) => other.column === column.key));
    return go(inOrder[inOrder.indexOf(field) + direction]);
  }

  const arrows = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

  function atEdge(input, key) {
    const { selectionStart: start, selectionEnd: end, value } = input;
    if (start === 0 && end === value.length) return true;
    return key === "ArrowLeft" ? end === 0 : start === value.length;
  }

  function onKey(event, field) {
    if (event.isComposing || event.key === "Process") return;
    const { key } = event;
    if (field.menu && field.menu.onKey(event)) return;
    if (key === "Escape") return cancel(field);
    if ((event.ctrlKey || event.metaKey) && key.toLowerCase() === "z" && field.input.value === field.drawn) {
      event.preventDefault();
      return void ask("undo");
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (key === "Enter" && !(field.kind === "text" && !event.shiftKey)) {
      event.preventDefault();
      return next(field, event.shiftKey && field.kind !== "text" ? -1 : 1);
    }
    if (!(key in arrows) || event.shiftKey || field.kind === "text") return;
    const sideways = key === "ArrowLeft" || key === "ArrowRight";
    if (sideways && field.kind !== "arrow" && !atEdge(field.input, key)) return;
    event.preventDefault();
    commit(field);
    go(step(field, ...arrows[key]));
  }

  /** 箭头与组合：一打就换成 ↑↓ 的样子；箭头格打完即存。 */
  function onType(event, field) {
    if (!event.isComposing && (field.kind === "arrow" || field.kind === "pattern")) {
      const shown = [...field.input.value].map((letter) => page().signs[letter.toLowerCase()] || letter).join("");
      field.input.value = field.kind === "arrow" && field.options.includes(shown.slice(-1)) ? shown.slice(-1) : shown;
    }
    draft(field);
    setText(status, ""); // 新打的还没有存，不留着上一次的“已存好”
    if (field.kind === "arrow" && ["", ...field.options].includes(field.input.value)) commit(field);
    if (field.menu) field.menu.filter();
    if (field.kind === "text") {
      grow(field.input);
      clearTimeout(field.timer);
      field.timer = setTimeout(() => commit(field), TEXT_PAUSE);
    }
  }

  /** 一块表格才归表；往文字里贴的，除非带着这张表的行名，都当普通的字。 */
  function isBlock(text, field) {
    const named = () => text.split("\n").some((line) => page().rows.some((row) => row.label && line.split("\t")[0].trim() === row.label));
    return field.kind === "text" ? text.includes("\t") && named() : text.trim().includes("\t") || text.trim().includes("\n");
  }

  function onPaste(event, field) {
    const text = event.clipboardData.getData("text/plain");
    if (!isBlock(text, field)) return;
    event.preventDefault();
    pasteBlock({ text, row: field.row, column: field.column });
  }

  /** 粘贴的一块也先记下；做成了，或说清了为什么不成，才划掉。 */
  async function pasteBlock(block) {
    kept.put(PASTED, block);
    await ask("paste", block);
    kept.drop(PASTED);
  }

  // ── 选单（箭头、级别） ────────────────────────────────────────────

  function menuFor(field) {
    const list = node("ul", { class: "lab-menu", role: "listbox", id: `${field.input.id}-menu`, "aria-label": `${field.name} 可选的`, hidden: true });
    let active = -1;
    const open = () => !list.hidden;
    const all = () => field.options;
    const wanted = (typed) => all().filter((option) => option.includes(typed));
    const items = () => [...list.children];

    function highlight(index) {
      active = index;
      items().forEach((item, i) => item.setAttribute("aria-selected", String(i === index)));
      if (items()[index]) field.input.setAttribute("aria-activedescendant", items()[index].id);
      else field.input.removeAttribute("aria-activedescendant");
    }

    function show(options) {
      list.replaceChildren(
        ...options.map((option, i) =>
          node("li", {
            role: "option",
            id: `${list.id}-${i}`,
            "aria-selected": "false",
            onmousedown: (event) => {
              event.preventDefault();
              pick(option);
            },
          }, option),
        ),
      );
      list.hidden = !options.length;
      if (options.length) list.scrollIntoView({ block: "nearest" });
      field.input.setAttribute("aria-expanded", String(!list.hidden));
      highlight(-1);
    }

    function hide() {
      list.hidden = true;
      field.input.setAttribute("aria-expanded", "false");
      highlight(-1);
    }

    function pick(option) {
      field.input.value = option;
      hide();
      commit(field);
    }

    function onMenuKey(event) {
      if (event.key === "F2" || (event.altKey && event.key === "ArrowDown")) {
        event.preventDefault();
        show(all());
        highlight(0);
        return true;
      }
      if (!open()) return false;
      if (event.key === "Escape") {
        hide();
        return true;
      }
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        const count = items().length;
        highlight((active + (event.key === "ArrowDown" ? 1 : active < 0 ? 0 : -1) + count) % count);
        return true;
      }
      if ((event.key === "Enter" || event.key === "Tab") && active >= 0) {
        pick(items()[active].textContent);
        if (event.key === "Enter") {
          event.preventDefault();
          next(field, 1);
        }
        return true;
      }
      hide();
      return false;
    }

    field.input.setAttribute("role", "combobox");
    field.input.setAttribute("aria-haspopup", "listbox");
    field.input.setAttribute("aria-expanded", "false");
    field.input.setAttribute("aria-controls", list.id);
    field.input.setAttribute("aria-autocomplete", field.kind === "arrow" ? "none" : "list");
    return {
      list,
      hide,
      onKey: onMenuKey,
      toggle: () => (open() ? hide() : show(all())),
      filter: () => {
        const typed = field.input.value.trim();
        if (field.kind === "arrow" || !typed || all().includes(typed)) return hide();
        show(wanted(typed));
        if (items().length) highlight(0);
      },
    };
  }

  /** 几段文字里最长的有几个汉字宽（西文算半个）。 */
  const longest = (texts) => Math.max(...texts.map((text) => [...text].reduce((sum, one) => sum + (one < "\u2e80" ? 0.55 : 1), 0)));

  // ── 造表 ──────────────────────────────────────────────────────────

  function makeField(row, column) {
    const { key, kind, label, unit, options } = column;
    const id = address(row.key, key);
    const unique = `lab-${Math.random().toString(36).slice(2, 9)}`;
    const name = [row.label, label].filter(Boolean).join(" · ") || page().title;
    const heard = row.beside[key] ? `${name}，值 ${row.beside[key]}` : name; // 读屏软件念的：连同这一格要比的值
    const long = kind === "text";
    const said = node("span", { class: "lab-unseen", id: `${unique}-said` });
    const input = node(long ? "textarea" : "input", {
      id: unique,
      class: `lab-input lab-${kind}`,
      "aria-label": heard,
      "aria-describedby": said.id,
      autocomplete: "off",
      spellcheck: "false",
      rows: long ? 2 : null,
      type: long ? null : "text",
      inputmode: NUMBERS.includes(kind) ? "decimal" : null,
      style: kind === "choice" && options.length ? `width: ${Math.max(3, longest(options) + 1.4)}em` : null, // 最长的词也看得全
    });
    const sign = node("span", { class: "lab-sign", "aria-hidden": "true" });
    const word = node("span", { class: "lab-word", "aria-hidden": "true" });
    const field = { id, row: row.key, column: key, kind, options, name, input, sign, word, said, drawn: "", base: "", sending: false, refused: false, again: false };
    field.menu = options.length ? menuFor(field) : null;
    const handle = field.menu && node("button", { type: "button", class: "lab-open", tabindex: "-1", "aria-label": `打开选单：${name}`, onmousedown: (event) => {
      event.preventDefault();
      input.focus();
      field.menu.toggle();
    } }, "▾");
    const beside = row.beside[key];
    const value = beside ? node("span", { class: "lab-value" }, beside) : null;
    const suffix = unit && NUMBERS.includes(kind) ? node("span", { class: "lab-unit", "aria-hidden": "true" }, unit) : null;
    field.box = node("div", { class: "lab-cell" }, value, node("span", { class: "lab-hold" }, input, handle, suffix, sign), word, said, field.menu && field.menu.list);
    input.addEventListener("focus", () => explain(field));
    input.addEventListener("blur", () => {
      if (field.menu) field.menu.hide();
      clearTimeout(field.timer);
      commit(field);
    });
    input.addEventListener("keydown", (event) => onKey(event, field));
    input.addEventListener("input", (event) => onType(event, field));
    input.addEventListener("compositionend", (event) => onType(event, field));
    input.addEventListener("paste", (event) => onPaste(event, field));
    fields.set(id, field);
    return field.box;
  }

  function build() {
    const { columns, rows, caption, note, aside } = page();
    const focused = [...fields.values()].find((field) => field.input === document.activeElement);
    fields.clear();
    const plain = columns.length === 1 && !caption; // 文字题：没有表，只有一块写字的地方
    const body = rows.map((row) =>
      node("tr", {}, ...columns.map((column, j) => {
        const given = row.given[j];
        const content = given === null ? makeField(row, column) : given;
        return j === 0 && !plain ? node("th", { scope: "row" }, content) : node("td", given === null ? {} : { class: longest(given.split("\n")) > 8 ? "lab-given lab-long" : "lab-given" }, content);
      })),
    );
    const head = node("thead", {}, node("tr", {}, ...columns.map((column) => node("th", { scope: "col" }, column.label))));
    const table = plain
      ? node("div", { class: "lab-essay" }, ...body[0].children[0].childNodes)
      : node("table", { class: "lab-entry" }, node("caption", {}, caption), head, node("tbody", {}, ...body));
    grid.replaceChildren(...(aside ? [node("p", { class: "lab-aside" }, aside)] : []), table);
    setText(remark, note);
    if (focused) go(fields.get(focused.id));
  }

  function drawProgress() {
    const { progress } = page();
    const meter = node("progress", { max: progress.total, value: progress.done, "aria-label": "填了多少格" });
    bar.replaceChildren(meter, ` 学号 ${page().owner}　已填 ${progress.done}/${progress.total} 格${progress.words ? `：${progress.words}` : ""}${progress.passed ? "　✓ 这张表做完了" : ""}`);
  }

  /** 两个版本并排，一处一处地选；没选的两份都还在。 */
  function drawConflict() {
    const found = page().conflict;
    const ids = found.map((clash) => address(clash.row, clash.column));
    for (const id of clashing.filter((one) => !ids.includes(one))) kept.drop(id); // 选过了
    clashing = ids;
    if (!found.length) return conflict.replaceChildren();
    const labels = new Map([...fields.values()].map((field) => [field.id, field.name]));
    const choose = (chosen, choice) => ask("resolve", { choices: chosen.map((clash) => [clash.row, clash.column, choice]) });
    const pair = (chosen, what) => [
      node("button", { type: "button", onclick: () => choose(chosen, "theirs") }, `留另一个窗口的${what}`),
      node("button", { type: "button", onclick: () => choose(chosen, "mine") }, `留这个窗口的${what}`),
    ];
    const line = (clash) =>
      node("tr", {}, node("th", { scope: "row" }, labels.get(address(clash.row, clash.column)) || address(clash.row, clash.column)),
        node("td", {}, clash.theirs || "（空白）"), node("td", {}, clash.mine || "（空白）"), node("td", {}, ...pair([clash], "")));
    conflict.replaceChildren(
      node("p", { class: "lab-alarm", role: "alert" }, `有 ${found.length} 格在另一个窗口里也改了，两份都留着。请选：`),
      node("table", { class: "lab-entry" },
        node("thead", {}, node("tr", {}, ...["哪一格", "另一个窗口（已在文件里）", "这个窗口", "留哪一份"].map((text) => node("th", { scope: "col" }, text)))),
        node("tbody", {}, ...found.map(line))),
      ...(found.length > 1 ? pair(found, "全部") : []),
    );
    return undefined;
  }

  function drawPanel() {
    const { summary, found, hint, solution, news } = page();
    panel.replaceChildren(
      ...(news || []).map((text) => node("p", { class: "lab-news" }, text)),
      ...(summary ? [node("p", { class: "lab-summary" }, summary)] : []),
      ...(found || []).map((text) => node("p", { class: "lab-found" }, text)),
      ...(hint ? [node("p", { class: "lab-hint" }, hint)] : []),
    );
    if (solution) {
      const box = node("div", { class: "lab-solution" });
      box.innerHTML = solution.join(""); // 内核里写成的表，外来文字都已转义
      panel.append(box);
    }
  }

  /** 下一处要看的：错的、格式不对的，再是空着的。 */
  function nextNeedy() {
    const all = [...fields.values()];
    const start = all.findIndex((field) => field.input === last) + 1;
    const turned = [...all.slice(start), ...all.slice(0, start)];
    const needy = (states) => turned.find((field) => states.includes(cellOf(field.id).status));
    const found = needy(["wrong", "format"]) || needy(["blank"]);
    if (found) go(found);
    else setText(status, "没有要再看的格。");
  }

  let last = null;
  root.addEventListener("focusin", (event) => {
    if (event.target.classList.contains("lab-input")) last = event.target;
  });

  const button = (label, work) => node("button", { type: "button", onclick: work }, label);
  const undo = button("撤销", () => ask("undo"));
  buttons.append(
    button("检查", () => ask("check")),
    button("下一处", nextNeedy),
    button("提示", () => ask("hint")),
    button("参考答案", () => ask("solution")),
    undo,
  );

  function draw() {
    const { columns, rows } = page();
    const now = JSON.stringify([columns, rows, page().aside]);
    if (now !== shape) {
      shape = now;
      build();
    }
    for (const field of fields.values()) paint(field);
    undo.disabled = !page().undo;
    drawProgress();
    drawConflict();
    drawPanel();
  }

  keepKeyboard(root, () => setText(status, "✓ 不用另外保存：每填一格都已存好。"));
  root.append(node("p", { class: "lab-prompt" }, page().prompt), alarm, conflict, grid, reason, bar, buttons, status, panel, remark);
  draw();
  model.on("change:page", draw);

  // 上次没有存上的，现在补存；动笔时看到的原文一起送去，别处改过的会问
  const { [PASTED]: pasted, ...typed } = kept.all();
  const left = Object.entries(typed).filter(([id]) => fields.has(id));
  if (left.length) {
    Promise.all(left.map(([id, entry]) => {
      const field = fields.get(id);
      field.base = entry.base;
      field.input.value = entry.text;
      return save(field);
    })).then(() => setText(status, `✓ 上次没有存上的 ${left.length} 格，补存好了。`));
  }
  if (pasted) pasteBlock(pasted);

  const look = () => document.visibilityState === "visible" && !talk.pending() && talk.send("look");
  document.addEventListener("visibilitychange", look);
  root.addEventListener("focusin", (event) => root.contains(event.relatedTarget) || look()); // 从别处回到这张表
  return () => {
    document.removeEventListener("visibilitychange", look);
    model.off("change:page", draw);
    talk.close();
  };
}

export default { render };
