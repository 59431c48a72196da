// 问卷：选择题是原生的单选组，填数题是输入框。答得对不对由内核说；没提交的答案只记在这个浏览器里。

const NO_ANSWER = "不答";
const LOOK_PAUSE = 400; // 毫秒：停手再看；按下按钮到松开之间页面不会挪动，按得中

function render({ model, el }) {
  const root = node("div", { class: "lab-form" });
  el.append(root);
  const page = () => model.get("page");
  const draft = stash(page().stash);
  const questions = new Map(); // 列名 → 一题的节点
  let submitted = {}; // 刚提交的答案：撤回时放回来，可以改了再交
  let cleared = {}; // 刚清空的答案：按错了可以放回来
  let busy = false;
  let timer = 0;

  const status = node("p", { class: "lab-status", role: "status", "aria-live": "polite" });
  const alarm = node("p", { class: "lab-alarm", role: "alert" });
  const form = node("div", { role: "form", "aria-label": page().title });
  const outcome = `lab-${Math.random().toString(36).slice(2, 9)}`; // 焦点移到结果上时，念的就是它的第一句
  const done = node("div", { class: "lab-done", tabindex: "-1", role: "group", "aria-labelledby": outcome });
  const problems = node("div", { class: "lab-problems" });
  const answered = node("p", { class: "lab-note" });
  const tally = node("p", { class: "lab-note" });

  const talk = conversation(model, (silent) => {
    setText(alarm, silent ? "内核还没有回应：它忙完会接着办；已经停了的，重新运行这一格再提交。答案记在这个浏览器里，没有丢。" : "");
  });

  /** 做一件事；还没有回执的时候再按不算，免得一份交两次。做成了 → true。 */
  async function ask(verb, content = {}) {
    if (busy) return false;
    busy = true;
    clearTimeout(timer);
    const reply = await talk.send(verb, content);
    busy = false;
    setText(reply.kept ? status : alarm, reply.said || "");
    setText(reply.kept ? alarm : status, "");
    return reply.kept;
  }

  // ── 答案 ──────────────────────────────────────────────────────────

  function valueOf(question) {
    if (question.input) return question.input.value;
    const chosen = question.choices.find((choice) => choice.checked);
    return chosen ? chosen.value : "";
  }

  function answers() {
    const all = [...questions].map(([column, question]) => [column, valueOf(question)]);
    return Object.fromEntries(all.filter(([, text]) => text.trim()));
  }

  /** 整份换上；浏览器里记的也跟着换。 */
  function fill(values) {
    for (const [column, question] of questions) {
      const text = values[column] || "";
      if (question.input) question.input.value = text;
      else for (const choice of question.choices) choice.checked = choice.value === text && text !== "";
      remember(column);
    }
  }

  function remember(column) {
    const text = valueOf(questions.get(column));
    if (text) draft.put(column, text);
    else draft.drop(column);
    restore.hidden = true;
    setText(answered, `已答 ${Object.keys(answers()).length}/${questions.size} 题；标着“必答”的不能空着。`);
  }

  const forget = () => Object.keys(draft.all()).forEach((column) => draft.drop(column));

  // ── 一题 ──────────────────────────────────────────────────────────

  const name = (item) => [`${item.number}. ${item.text}`, item.required ? node("span", { class: "lab-must" }, "（必答）") : null];

  function makeChoice(item, group, { code, label }) {
    const choice = node("input", {
      type: "radio",
      name: group,
      value: code,
      onchange: () => {
        remember(item.column);
        look();
      },
    });
    return { choice, label: node("label", {}, choice, label) };
  }

  /** 单选组；可以不答的题多一项“不答”，选错了退得回去。 */
  function makeChoices(item, id) {
    const options = item.required ? item.options : [...item.options, { code: "", label: NO_ANSWER }];
    const made = options.map((option) => makeChoice(item, id, option));
    const problem = node("p", { class: "lab-problem", id: `${id}-problem` });
    const legend = node("legend", { class: "lab-ask", id: `${id}-ask` }, ...name(item));
    const box = node("fieldset", { class: "lab-question", role: "radiogroup", "aria-labelledby": legend.id, "aria-describedby": problem.id, "aria-required": item.required ? "true" : null },
      legend, node("div", { class: "lab-choices" }, ...made.map((one) => one.label)), problem);
    return { box, problem, marked: box, choices: made.map((one) => one.choice) };
  }

  /** 填数：文字框，全角数字、千分位都能打；读不读得懂由内核说，打错的字不会被浏览器吞掉。 */
  function makeNumber(item, id) {
    const problem = node("p", { class: "lab-problem", id: `${id}-problem` });
    const hint = node("span", { class: "lab-note", id: `${id}-hint` }, `${item.unit}（${item.hint}）`);
    const input = node("input", {
      id,
      class: "lab-input",
      type: "text",
      inputmode: "decimal",
      autocomplete: "off",
      "aria-describedby": `${hint.id} ${problem.id}`,
      "aria-required": item.required ? "true" : null,
      oninput: () => remember(item.column),
      onchange: look,
    });
    const box = node("div", { class: "lab-question" }, node("label", { class: "lab-ask", for: id }, ...name(item)), node("div", { class: "lab-number" }, input, hint), problem);
    return { box, problem, marked: input, input };
  }

  function makeQuestion(item) {
    const id = `lab-${Math.random().toString(36).slice(2, 9)}`;
    const question = item.options.length ? makeChoices(item, id) : makeNumber(item, id);
    question.item = item;
    question.focus = () => (question.input || question.choices.find((choice) => choice.checked) || question.choices[0]).focus();
    questions.set(item.column, question);
    return question.box;
  }

  function onEnter(event) {
    const all = [...questions.values()];
    const here = all.findIndex((question) => question.box.contains(event.target));
    if (event.key !== "Enter" || event.isComposing || here < 0) return;
    event.preventDefault();
    if (all[here + 1]) all[here + 1].focus();
    else submit.focus();
  }

  // ── 动作 ──────────────────────────────────────────────────────────

  /** 答完一题就请内核看一眼；内核正忙就过会儿再看。 */
  function look() {
    clearTimeout(timer);
    timer = setTimeout(() => (busy || talk.pending() ? look() : lookNow()), LOOK_PAUSE);
  }

  async function lookNow() {
    const reply = await talk.send("look", { answers: answers() });
    if (!reply.kept) setText(alarm, reply.said);
    else if (!Object.keys(page().problems).length) setText(alarm, "");
  }

  async function onSubmit() {
    const given = answers();
    if (await ask("submit", { answers: given })) submitted = given;
    else firstProblem();
  }

  function firstProblem() {
    const found = [...questions.values()].find((question) => question.item.column in page().problems);
    if (found) found.focus();
  }

  async function onWithdraw() {
    if (!(await ask("withdraw"))) return;
    startWith(submitted);
    if (Object.keys(submitted).length) setText(status, `${status.textContent}答案还在下面：改了再提交；不要了，按“清空”。`);
  }

  async function onAgain() {
    if (await ask("again")) startWith({});
  }

  async function onClear() {
    const given = answers();
    if (!(await ask("again"))) return;
    startWith({});
    cleared = given;
    restore.hidden = !Object.keys(cleared).length;
    setText(status, "清空了。");
  }

  function onRestore() {
    fill(cleared);
    setText(status, "放回来了。");
    look();
    first().focus();
  }

  function startWith(values) {
    fill(values);
    first().focus();
  }

  const first = () => [...questions.values()][0];
  const button = (label, work) => node("button", { type: "button", onclick: work }, label);
  const submit = button("提交这一份", onSubmit);
  const restore = button("放回刚才清空的", onRestore);

  // ── 画 ────────────────────────────────────────────────────────────

  function drawProblems() {
    const found = page().problems;
    for (const [column, question] of questions) {
      const why = found[column];
      setText(question.problem, why ? `× ${why}` : "");
      question.marked.setAttribute("aria-invalid", String(Boolean(why)));
      question.box.dataset.state = why ? "problem" : "";
    }
    const wrong = [...questions.values()].filter((question) => question.item.column in found);
    const link = ({ item, focus }) => node("li", {}, button(`第 ${item.number} 题：${found[item.column]}`, focus));
    problems.replaceChildren(...(wrong.length ? [node("p", {}, `要改 ${wrong.length} 题：`), node("ul", {}, ...wrong.map(link))] : []));
  }

  function drawDone() {
    const lines = page().done;
    const inside = done.hidden && root.contains(document.activeElement);
    form.hidden = lines.length > 0;
    tally.hidden = lines.length > 0;
    done.hidden = !lines.length;
    if (!lines.length) return;
    forget(); // 已经在数据表里了，浏览器里不再留
    done.replaceChildren(
      node("p", { class: "lab-summary", id: outcome }, `✓ ${lines[0]}`),
      ...lines.slice(1).map((line) => node("p", {}, line)),
      node("div", { class: "lab-buttons" }, button("再填一份", onAgain), button("撤回刚才那一份", onWithdraw)),
    );
    if (inside) done.focus();
  }

  function draw() {
    setText(tally, page().tally);
    drawProblems();
    drawDone();
  }

  const { title, introduction, privacy, closing, items } = page();
  form.append(
    node("p", { class: "lab-note" }, introduction),
    ...items.map(makeQuestion),
    node("p", {}, closing),
    answered,
    problems,
    node("div", { class: "lab-buttons" }, submit, button("清空", onClear), restore),
  );
  form.addEventListener("keydown", onEnter);
  done.hidden = true;
  root.append(node("p", { class: "lab-title" }, title), node("p", { class: "lab-private" }, privacy), form, done, alarm, status, tally);
  keepKeyboard(root, () => setText(status, "填着的都记着；按“提交这一份”才加入班级问卷。"));
  draw();
  const left = draft.all();
  fill(left);
  if (Object.keys(left).length) setText(status, "上次没有提交的一份还在，接着填就行；不要了，按“清空”。");
  model.on("change:page", draw);
  return () => {
    model.off("change:page", draw);
    talk.close();
  };
}

export default { render };
