// Tabs that do not fit into one line are moved into the menu “More” after the others; the current one always stays.

import { each } from "./parts.js";

const GAP = 4; // between the last tab and the edge, as the padding of the bar

each(".tabs--more", (bar) => {
  const more = bar.querySelector(".tabs__more");
  const list = more.querySelector(".menu__list");
  const tabs = [...bar.querySelectorAll(":scope > .tabs__tab")];
  const end = (element) => element.offsetLeft + element.offsetWidth;
  const dress = (tab, isListed) => {
    tab.classList.toggle("tabs__tab", !isListed);
    tab.classList.toggle("menu__item", isListed);
  };
  const fit = () => {
    const focused = bar.contains(document.activeElement) ? document.activeElement : null;
    for (const tab of tabs) dress(tab, false);
    more.before(...tabs);
    more.hidden = end(tabs.at(-1)) <= bar.clientWidth - GAP;
    for (const tab of more.hidden ? [] : tabs.toReversed()) {
      if (end(more) <= bar.clientWidth - GAP) break;
      if (tab.hasAttribute("aria-current")) continue;
      dress(tab, true);
      list.prepend(tab);
    }
    if (list.contains(focused)) more.open = true;
    focused?.focus();
    bar.classList.add("is-fitted");
  };
  let width = 0;
  new ResizeObserver(() => {
    if (bar.clientWidth === width) return;
    width = bar.clientWidth;
    fit();
  }).observe(bar);
  fit();
});
