// 滑块下面的一块：一幅图与一句话。图只换地址，不换节点，动的时候不闪；句子的容器一直在，读屏软件才会念它的变化。

/** 滑块的把手没有自己的名字，读屏软件念不出：用旁边的标签。 */
function nameHandles(box) {
  for (const slider of box.querySelectorAll(".widget-slider")) {
    const label = slider.querySelector(".widget-label");
    for (const handle of slider.querySelectorAll("[role=slider]")) handle.setAttribute("aria-label", label ? label.textContent : "");
  }
}

function render({ model, el }) {
  const image = node("img", { class: "lab-moving" });
  const told = node("p", { role: "status", "aria-live": "polite" });
  const draw = () => {
    const page = model.get("page");
    image.src = page.source;
    image.alt = page.alt;
    setText(told, page.said);
  };
  el.append(image, told);
  draw();
  model.on("change:page", draw);
  // 滑块是另外的控件，与这一块同在一个盒子里；盒子到这时才上页面
  requestAnimationFrame(() => {
    const box = el.closest(".lab-sliders") || el;
    keepKeyboard(box, () => {});
    nameHandles(box);
  });
  return () => model.off("change:page", draw);
}

export default { render };
