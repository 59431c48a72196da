#!/bin/sh
# 测试要用的系统包。只有在 CI(CI=true)里并且是 root 时才安装；别处只说缺什么、怎么得到。
missing=""
[ -f /usr/share/i18n/charmaps/GB18030.gz ] || missing="$missing locales"
browser=""
for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null 2>&1 && browser="$name"
done
[ -n "$browser" ] || missing="$missing chromium"
# 浏览器里的汉字要系统字体（图里的汉字另有后备）
fc-list :lang=zh 2>/dev/null | grep -q . || missing="$missing fontconfig fonts-wqy-microhei"
# 写出去的表格由另一个软件再读一遍
command -v soffice >/dev/null 2>&1 || missing="$missing libreoffice-calc"
# 真的本机 Spark 要 Java 17
command -v java >/dev/null 2>&1 || missing="$missing default-jre-headless"
[ -z "$missing" ] && exit 0
if [ "${CI:-}" = "true" ] && [ "$(id -u)" = "0" ]; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
    echo "少了系统包：$missing（用到它们的测试会跳过；安装：sudo apt-get install$missing）"
fi
