// 读法开关下面的一块：表与句子。句子的容器一直在那里，读屏软件才会念它的变化。

function render({ model, el }) {
  const table = node("div");
  const told = node("div", { role: "status", "aria-live": "polite" });
  const draw = () => {
    const page = model.get("page");
    table.innerHTML = page.table; // 内核写好的表，文字已经转义
    told.replaceChildren(...page.sentences.map((text) => node("p", {}, text)));
  };
  el.append(table, told);
  draw();
  model.on("change:page", draw);
  // 三个开关是另外的控件，与这一块同在一个盒子里；盒子到这时才上页面
  requestAnimationFrame(() => keepKeyboard(el.closest(".lab-readings") || el, () => {}));
  return () => model.off("change:page", draw);
}

export default { render };
