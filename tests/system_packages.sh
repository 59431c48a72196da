#!/bin/sh
# 测试要用的系统包。只有在 CI(CI=true)里并且是 root 时才安装;别处只说缺什么、怎么得到。
missing=""
[ -f /usr/share/i18n/charmaps/GB18030.gz ] || missing="$missing locales"
[ -z "$missing" ] && exit 0
if [ "${CI:-}" = "true" ] && [ "$(id -u)" = "0" ]; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
    echo "少了系统包:$missing(用到它们的测试会跳过;安装:sudo apt-get install$missing)"
fi
