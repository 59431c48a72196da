// 各种控件共用的一段：造节点、发消息等回执、没存上的先记在浏览器里、不让 JupyterLab 抢键盘。

const WAIT = 5000; // 毫秒：内核忙着别的格也常在几秒内；过了就说“没有回应”，回执晚到照样算数

/** 造一个节点；attributes 里 on 开头的是事件，其余是属性，值为 null 或 false 的不写。文字只作文字，不解释成标记。 */
function node(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false && value !== undefined) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

/** 文字变了才写：读屏软件只念变了的，光标也不会跳。 */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** 与内核说话：send(动词, 内容) 等到回执才完成；onSilence(true) 是等了很久还没有回执。 */
function conversation(model, onSilence) {
  const waiting = new Map();
  let next = 1;
  const own = Math.random().toString(36).slice(2, 8); // 同一控件的两个窗口各收各的回执
  const hear = (message) => {
    const asked = message && waiting.get(message.ticket);
    if (!asked) return;
    waiting.delete(message.ticket);
    clearTimeout(asked.timer);
    if (!waiting.size) onSilence(false);
    asked.done(message);
  };
  model.on("msg:custom", hear);
  return {
    pending: () => waiting.size,
    send: (verb, content = {}) =>
      new Promise((done) => {
        const ticket = `${own}-${next++}`;
        const timer = setTimeout(() => onSilence(true), WAIT);
        waiting.set(ticket, { done, timer });
        try {
          model.send({ ...content, verb, ticket });
        } catch {
          onSilence(true); // 内核已经不在：内容留在浏览器里
        }
      }),
    close: () => model.off("msg:custom", hear),
  };
}

/** 还没有存上的内容，按键名记在浏览器里；重新运行那一格时补存。浏览器不让记就只在页面上。 */
function stash(key) {
  const name = `lifecycle-lab:${key}`;
  const read = () => {
    try {
      return JSON.parse(localStorage.getItem(name)) || {};
    } catch {
      return {};
    }
  };
  const write = (all) => {
    try {
      if (Object.keys(all).length) localStorage.setItem(name, JSON.stringify(all));
      else localStorage.removeItem(name);
    } catch {
      // 隐私模式或存满：页面上还在
    }
  };
  return {
    all: read,
    put: (id, value) => write({ ...read(), [id]: value }),
    drop: (id, unless = () => false) => {
      const all = read();
      if (id in all && !unless(all[id])) {
        delete all[id];
        write(all);
      }
    },
  };
}

/** 键盘归控件：JupyterLab 的单键快捷键（dd 删格、a 插格）不许在这里生效；Ctrl+S 说一声早就存好了。 */
function keepKeyboard(element, onSave) {
  element.setAttribute("data-lm-suppress-shortcuts", "true");
  element.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
      event.preventDefault();
      onSave();
    }
  });
  for (const kind of ["paste", "copy", "cut", "contextmenu"]) {
    element.addEventListener(kind, (event) => event.stopPropagation());
  }
}
