// 概念题：原生的单选、多选、输入框、下拉框与按钮。对错与讲解由内核说，答对以前没选的选项的讲解不在这一页里。

const SIGNS = { right: "✓", partly: "△", wrong: "×", unread: "?", blank: "" };

function render({ model, el }) {
  const page = () => model.get("page");
  const root = node("section", { class: "lab-form lab-quiz", "aria-label": page().title });
  el.append(root);
  const kept = stash(page().stash);
  const questions = new Map(); // 题的编号 → 一题的节点与读写它的办法

  const alarm = node("p", { class: "lab-alarm", role: "alert" });
  const news = node("div", { class: "lab-messages" });
  const bar = node("progress", { "aria-label": "答了几题" });
  const summary = node("span");

  const talk = conversation(model, (silent) => {
    const left = Object.values(kept.all()).filter((entry) => entry.sent).length;
    setText(alarm, silent ? `内核还没有回应。${left ? `有 ${left} 题没有存上，记在这个浏览器里，不会丢。` : ""}等一会儿；还不行，点菜单“运行 → 运行所有单元格”，就会补存。` : "");
  });

  // ── 存一题 ────────────────────────────────────────────────────────

  /** 先记在浏览器里，回执说存好了才划掉；空的就是擦掉。 */
  async function save(question, choice, base = question.base) {
    const id = question.id;
    kept.put(id, { choice, base, sent: true });
    const answer = await talk.send("answer", { item: id, choice, base });
    if (answer.kept) {
      kept.drop(id, (now) => JSON.stringify(now.choice) !== JSON.stringify(choice));
      question.dirty = id in kept.all();
    }
    setText(question.problem, answer.kept ? "" : answer.said);
    const settled = answer.kept && !question.dirty && !itemOf(question).conflict;
    setText(question.status, settled ? `✓ 第 ${question.number} 题${isEmpty(choice) ? "擦掉了" : "已存好"}。` : "");
    paint(question);
  }

  const isEmpty = (choice) => (Array.isArray(choice) ? choice.every((each) => !each) : !choice);

  /** 改了还没按“确定”：也记在浏览器里，重新运行时接着改。 */
  function edited(question) {
    question.dirty = true;
    kept.put(question.id, { choice: question.read(), base: question.base, sent: false });
    setText(question.status, "改过了，按“确定”才存。");
  }

  // ── 各种题型：造控件，读出选项的文字，按文字摆好 ──────────────────

  function makeChoices(item, question, type) {
    const group = `lab-${Math.random().toString(36).slice(2, 9)}`;
    const made = item.options.map(({ letter, text }) => {
      const input = node("input", { type, name: group, onchange: () => (type === "radio" ? save(question, text) : edited(question)) });
      return { input, text, label: node("label", {}, input, node("span", { class: "lab-letter" }, letter), node("span", {}, text)) };
    });
    const chosen = () => made.filter((one) => one.input.checked).map((one) => one.text);
    const inputs = made.map((one) => one.input);
    question.body = node("div", { class: "lab-choices", onkeydown: (event) => walk(event, inputs) }, ...made.map((one) => one.label));
    question.read = () => (type === "radio" ? chosen()[0] || "" : chosen());
    question.write = (texts) => made.forEach((one) => (one.input.checked = texts.includes(one.text)));
  }

  /** 方向键只走不选：浏览器原本走到哪里就选到哪里，那样一走就答了。 */
  function walk(event, inputs) {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    const here = inputs.indexOf(event.target);
    if (here < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Enter") {
      event.preventDefault();
      event.target.click();
    }
    if (!step) return;
    event.preventDefault();
    inputs[(here + step + inputs.length) % inputs.length].focus();
  }

  function makeNumber(item, question) {
    const id = `lab-${Math.random().toString(36).slice(2, 9)}`;
    const input = node("input", { id, class: "lab-input", type: "text", inputmode: "decimal", autocomplete: "off", oninput: () => edited(question), onkeydown: (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault();
      save(question, question.read());
    } });
    question.body = node("div", { class: "lab-number" }, node("label", { for: id }, "答案"), input, node("span", { class: "lab-unit" }, item.unit));
    question.read = () => input.value;
    question.write = ([text = ""]) => (input.value = text);
  }

  function makePairs(item, question) {
    const selects = item.lefts.map((left) => {
      const id = `lab-${Math.random().toString(36).slice(2, 9)}`;
      const options = item.options.map(({ letter, text }) => node("option", { value: text }, `${letter}　${text}`));
      const select = node("select", { id, onchange: () => edited(question) }, node("option", { value: "" }, "（请选）"), ...options);
      return { select, row: node("div", { class: "lab-pair" }, node("label", { for: id }, left), select) };
    });
    question.body = node("div", {}, ...selects.map((one) => one.row));
    question.read = () => selects.map((one) => one.select.value);
    question.write = (texts) => selects.forEach((one, i) => (one.select.value = texts[i] || ""));
  }

  function makeOrder(item, question) {
    const list = node("ol", { class: "lab-order" });
    const texts = () => [...list.children].map((line) => line.dataset.text);
    const line = (text) => {
      const move = (name, step) => node("button", { type: "button", "aria-label": `${name}：${text}`, onclick: () => shift(made, step) }, name);
      const buttons = [move("上移", -1), move("下移", 1)];
      const made = node("li", { "data-text": text, onkeydown: (event) => {
        const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
        if (!step || !event.altKey) return;
        event.preventDefault();
        shift(made, step);
      } }, node("div", { class: "lab-step" }, node("span", {}, text), ...buttons));
      return made;
    };
    /** 移一位；光标留在原来的按钮上，移到哪里说出来。 */
    function shift(moved, step) {
      const all = [...list.children];
      const to = all.indexOf(moved) + step;
      if (to < 0 || to >= all.length) return;
      const focused = document.activeElement;
      if (step < 0) all[to].before(moved);
      else all[to].after(moved);
      focused.focus();
      ends();
      edited(question);
      setText(question.status, `“${moved.dataset.text}”现在是第 ${to + 1} 位，共 ${all.length} 位。按“确定”才存。`);
    }
    function ends() {
      [...list.children].forEach((each, i, all) => {
        const [up, down] = each.querySelectorAll("button");
        up.setAttribute("aria-disabled", String(i === 0));
        down.setAttribute("aria-disabled", String(i === all.length - 1));
      });
    }
    question.body = list;
    question.read = texts;
    question.write = (wanted) => {
      const order = wanted.length === item.options.length ? wanted : item.options.map((option) => option.text);
      if (JSON.stringify(order) !== JSON.stringify(texts())) list.replaceChildren(...order.map(line));
      ends();
    };
  }

  const MAKERS = {
    single: (item, question) => makeChoices(item, question, "radio"),
    multiple: (item, question) => makeChoices(item, question, "checkbox"),
    numeric: makeNumber,
    matching: makePairs,
    ordering: makeOrder,
  };

  function makeQuestion(item) {
    const question = { id: item.id, number: item.number, dirty: false, base: item.stored, shown: "" };
    MAKERS[item.kind](item, question);
    const how = node("p", { class: "lab-note", id: `lab-${Math.random().toString(36).slice(2, 9)}` }, item.how);
    const sure = node("button", { type: "button", onclick: () => save(question, question.read()) }, "确定");
    question.again = node("button", { type: "button", onclick: () => erase(question) }, "擦掉重答");
    question.status = node("span", { class: "lab-status", role: "status" });
    question.problem = node("p", { class: "lab-alarm", role: "alert" });
    question.conflict = node("div", { class: "lab-conflict" });
    question.feedback = node("div", { class: "lab-feedback", role: "status" });
    question.others = node("details", { hidden: true });
    question.box = node("fieldset", { class: "lab-question", "aria-describedby": how.id },
      node("legend", {}, `${item.number}. ${item.prompt}`), how, question.body,
      node("div", { class: "lab-buttons" }, item.kind === "single" ? null : sure, question.again, question.status),
      question.problem, question.conflict, question.feedback, question.others);
    questions.set(item.id, question);
    return question.box;
  }

  /** 擦掉以后按钮不见了，光标回到这一题的第一个控件。 */
  async function erase(question) {
    question.write([]);
    await save(question, "");
    question.body.querySelector("input, select, button").focus();
  }

  // ── 画 ────────────────────────────────────────────────────────────

  const itemOf = (question) => page().items.find((item) => item.id === question.id);

  /** 存着的字母换成选项的文字；填数题就是写下的字。 */
  function chosenTexts(item) {
    if (item.kind === "numeric") return item.chosen;
    const texts = new Map(item.options.map(({ letter, text }) => [letter, text]));
    return item.chosen.map((letter) => texts.get(letter) || "");
  }

  const remarkLine = (remark, sign) =>
    node("li", {}, node("b", {}, `${sign} ${[remark.label, remark.text].filter(Boolean).join("　")}`.trim()), node("p", {}, remark.why));

  function paint(question) {
    const item = itemOf(question);
    if (!question.dirty && !(question.id in kept.all())) {
      question.write(chosenTexts(item));
      question.base = item.stored;
    }
    question.box.dataset.state = item.outcome;
    question.again.hidden = item.outcome === "blank";
    const now = JSON.stringify([item.said, item.remarks, item.others, item.conflict]);
    if (now === question.shown) return; // 没变就不动，读屏软件不会再念一遍
    question.shown = now;
    paintFeedback(question, item);
    paintConflict(question, item);
  }

  function paintFeedback(question, item) {
    const lines = item.remarks.map((remark) => remarkLine(remark, remark.right ? "✓" : "×"));
    question.feedback.dataset.state = item.outcome;
    question.feedback.replaceChildren(
      ...(item.said ? [node("p", { class: "lab-outcome" }, `${SIGNS[item.outcome]} ${item.said}`)] : []),
      ...(lines.length ? [node("ul", { class: "lab-remarks" }, ...lines)] : []),
    );
    question.others.hidden = !item.others.length;
    question.others.open = false;
    question.others.replaceChildren(
      node("summary", {}, page().others),
      node("ul", { class: "lab-remarks" }, ...item.others.map((remark) => remarkLine(remark, ""))),
    );
  }

  /** 两个窗口答得不一样：两份都在，由学生选。 */
  function paintConflict(question, item) {
    if (!item.conflict) return question.conflict.replaceChildren();
    const { theirs, mine } = item.conflict;
    const choose = async (choice) => {
      kept.drop(question.id);
      question.dirty = false;
      await talk.send("resolve", { item: question.id, choice });
      paint(question);
      question.body.querySelector("input, select, button").focus();
    };
    return question.conflict.replaceChildren(
      node("p", { class: "lab-alarm", role: "alert" }, `这一题在另一个窗口里也答了：那边是 ${theirs}，已在文件里；这边是 ${mine}，还没有存。留哪一份？`),
      node("div", { class: "lab-buttons" },
        node("button", { type: "button", onclick: () => choose("theirs") }, "留另一个窗口的"),
        node("button", { type: "button", onclick: () => choose("mine") }, "留这个窗口的")),
    );
  }

  function draw() {
    const { items, done } = page();
    bar.max = items.length;
    bar.value = done;
    setText(summary, page().summary);
    news.replaceChildren(...page().news.map((text) => node("p", { class: "lab-news" }, text)));
    for (const question of questions.values()) paint(question);
  }

  root.append(
    node("p", { class: "lab-note" }, page().note),
    node("p", { class: "lab-note" }, page().keyboard),
    node("p", { class: "lab-progress" }, bar, " ", summary),
    alarm, news, ...page().items.map(makeQuestion),
  );
  keepKeyboard(root, () => {
    const open = [...questions.values()].filter((question) => question.dirty).length;
    setText(alarm, open ? `有 ${open} 题改过了还没有按“确定”。` : "");
  });

  // 上次没有存上的现在补存；改了还没按“确定”的放回去，接着改
  for (const [id, entry] of Object.entries(kept.all())) {
    const question = questions.get(id);
    if (!question) continue;
    question.dirty = true;
    question.base = entry.base;
    question.write([entry.choice].flat());
    if (entry.sent) save(question, entry.choice);
    else setText(question.status, "上次改过了还没有按“确定”。");
  }
  draw();
  model.on("change:page", draw);

  const look = () => document.visibilityState === "visible" && !talk.pending() && talk.send("look");
  document.addEventListener("visibilitychange", look);
  return () => {
    document.removeEventListener("visibilitychange", look);
    model.off("change:page", draw);
    talk.close();
  };
}

export default { render };
