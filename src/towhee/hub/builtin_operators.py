"""The operators that come with towhee: their names, and where each is defined.

A name is found here without importing anything; the module is imported when a chain names it.
"""

from __future__ import annotations

_OPERATORS = "towhee.operators"

BUILTIN_OPERATORS: dict[str, str] = {
    "image_decode.cv2": f"{_OPERATORS}.image_decode.cv2:Cv2ImageDecode",
    "image_decode.cv2_rgb": f"{_OPERATORS}.image_decode.cv2:Cv2RgbImageDecode",
    "image_decode.pil": f"{_OPERATORS}.image_decode.pil:PilImageDecode",
    "search_vectors": f"{_OPERATORS}.search_vectors.exact:SearchVectors",
    "runas_op": f"{_OPERATORS}.runas_op.runas_op:RunasOp",
    "tensor_hstack": f"{_OPERATORS}.tensor.hstack:TensorHstack",
    "tensor_vstack": f"{_OPERATORS}.tensor.vstack:TensorVstack",
    "tensor_reshape": f"{_OPERATORS}.tensor.reshape:TensorReshape",
}
