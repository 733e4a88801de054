"""Why the key cannot be used, in Chinese and English: what, why, what to do."""

from __future__ import annotations

from engine.brokentext import of_path
from engine.faults import Fault
from engine.messages import Catalogue, register, text
from models.secrets import KeyMissing

TEXTS: Catalogue = {
    "key_how": (
        "请把 SUNSHINE_KEY 设为32字节的密钥（base64），或者把 SUNSHINE_KEY_FILE 设为存放密钥的文件。",
        "Set SUNSHINE_KEY to a base64 key of 32 bytes, or SUNSHINE_KEY_FILE to a file that holds one.",
    ),
    "key_none": ("没有给出密钥。{how}", "No key was given. {how}"),
    "key_length": ("密钥应为{bytes}字节。{how}", "A key must be {bytes} bytes. {how}"),
    "key_not_base64": ("密钥不是 base64 写法。{how}", "A key is not base64. {how}"),
    "key_unreadable": (
        "密钥文件 {file} 读不了：{why}。{how}",
        "The key file {file} cannot be read: {why}. {how}",
    ),
    "key_not_text": (
        "密钥文件 {file} 里不全是 ASCII 字符，不是密钥文件。{how}",
        "The key file {file} holds signs other than ASCII; it is no key file. {how}",
    ),
    "key_open": (
        "密钥文件 {file} 别人也能读，请对它执行 chmod 600。",
        "The key file {file} may be read by others: run chmod 600 on it.",
    ),
}


def of_key(missing: KeyMissing, lang: str) -> str:
    """What is wrong with the key and what to do, in "zh" or "en"."""
    params: dict[str, object] = {"how": Fault("key_how"), **missing.params}
    if isinstance(missing.__cause__, OSError):
        params["why"] = of_path(missing.__cause__)
    return text(Fault(missing.code, params), lang)


register(TEXTS)
