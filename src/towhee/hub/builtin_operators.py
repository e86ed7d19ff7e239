"""The operators that come with towhee: their names, and where each is defined.

A name is found here without importing anything; the module is imported when a chain names it.
"""

from __future__ import annotations

_OPERATORS = "towhee.operators"

BUILTIN_OPERATORS: dict[str, str] = {
    "audio_classification.ast": (f"{_OPERATORS}.audio_classification.ast:AstAudioClassification"),
    "audio_decode.ffmpeg": f"{_OPERATORS}.audio_decode.ffmpeg:FfmpegAudioDecode",
    "audio_decode.ffmpeg_frames": f"{_OPERATORS}.audio_decode.ffmpeg:FfmpegAudioFrames",
    "audio_embedding.ast": f"{_OPERATORS}.audio_embedding.ast:AstAudioEmbedding",
    "audio_embedding.clap": f"{_OPERATORS}.audio_embedding.clap:ClapAudioEmbedding",
    "audio_embedding.data2vec": f"{_OPERATORS}.audio_embedding.data2vec:Data2VecAudioEmbedding",
    "audio_embedding.mfcc": f"{_OPERATORS}.audio_embedding.mfcc:MfccAudioEmbedding",
    "audio_embedding.vggish": f"{_OPERATORS}.audio_embedding.vggish:VggishAudioEmbedding",
    "audio_embedding.wav2vec2": f"{_OPERATORS}.audio_embedding.wav2vec2:Wav2Vec2AudioEmbedding",
    "audio_fingerprint.landmarks": (
        f"{_OPERATORS}.audio_fingerprint.landmarks:AudioFingerprintLandmarks"
    ),
    "audio_fingerprint.match": f"{_OPERATORS}.audio_fingerprint.match:AudioFingerprintMatch",
    "image_decode.cv2": f"{_OPERATORS}.image_decode.cv2:Cv2ImageDecode",
    "image_decode.cv2_rgb": f"{_OPERATORS}.image_decode.cv2:Cv2RgbImageDecode",
    "image_decode.pil": f"{_OPERATORS}.image_decode.pil:PilImageDecode",
    "image_embedding.embedded": f"{_OPERATORS}.image_embedding.embedded:EmbeddedImageEmbedding",
    "image_embedding.timm": f"{_OPERATORS}.image_embedding.timm:TimmImageEmbedding",
    "image_embedding.colorhist": f"{_OPERATORS}.image_embedding.colorhist:ColorHistogramEmbedding",
    "image_embedding.data2vec": f"{_OPERATORS}.image_embedding.data2vec:Data2VecImageEmbedding",
    "image_embedding.dinov2": f"{_OPERATORS}.image_embedding.dinov2:Dinov2ImageEmbedding",
    "image_embedding.dinov3": f"{_OPERATORS}.image_embedding.dinov3:Dinov3ImageEmbedding",
    "image_embedding.onnx": f"{_OPERATORS}.image_embedding.onnx:OnnxImageEmbedding",
    "image_embedding.open_clip": f"{_OPERATORS}.image_embedding.open_clip:OpenClipImageEmbedding",
    "image_embedding.phash": f"{_OPERATORS}.image_embedding.phash:PerceptualHashEmbedding",
    "image_embedding.siglip": f"{_OPERATORS}.image_embedding.siglip:SiglipImageEmbedding",
    "image_embedding.transformers": (
        f"{_OPERATORS}.image_embedding.transformers:TransformersImageEmbedding"
    ),
    "image_text_embedding.blip": f"{_OPERATORS}.image_text_embedding.blip:BlipImageTextEmbedding",
    "image_text_embedding.clip": f"{_OPERATORS}.image_text_embedding.clip:ClipImageTextEmbedding",
    "image_text_embedding.open_clip": (
        f"{_OPERATORS}.image_text_embedding.open_clip:OpenClipImageTextEmbedding"
    ),
    "image_text_embedding.siglip": (
        f"{_OPERATORS}.image_text_embedding.siglip:SiglipImageTextEmbedding"
    ),
    "image_classification.zero_shot": (
        f"{_OPERATORS}.image_classification.zero_shot:ZeroShotImageClassification"
    ),
    "face_align": f"{_OPERATORS}.face_align.align:FaceAlign",
    "face_crop": f"{_OPERATORS}.face_align.crop:FaceCrop",
    "face_detection.haar": f"{_OPERATORS}.face_detection.haar:HaarFaceDetection",
    "face_detection.mtcnn": f"{_OPERATORS}.face_detection.mtcnn:MtcnnFaceDetection",
    "face_detection.retinaface": f"{_OPERATORS}.face_detection.retinaface:RetinaFaceDetection",
    "face_detection.yunet": f"{_OPERATORS}.face_detection.yunet:YuNetFaceDetection",
    "face_embedding.arcface": f"{_OPERATORS}.face_embedding.arcface:ArcFaceEmbedding",
    "face_embedding.inceptionresnetv1": (
        f"{_OPERATORS}.face_embedding.inceptionresnetv1:InceptionResnetV1Embedding"
    ),
    "face_embedding.sface": f"{_OPERATORS}.face_embedding.sface:SFaceEmbedding",
    "face_landmark.onnx": f"{_OPERATORS}.face_landmark.onnx:OnnxFaceLandmark",
    "face_rows": f"{_OPERATORS}.face_detection.rows:FaceRows",
    "object_detection.opencv": f"{_OPERATORS}.object_detection.opencv:OpenCvObjectDetection",
    "object_detection.yolov5": f"{_OPERATORS}.object_detection.yolo:YoloV5ObjectDetection",
    "object_detection.yolov8": f"{_OPERATORS}.object_detection.yolo:YoloV8ObjectDetection",
    "image_blur": f"{_OPERATORS}.image_transform.blur:ImageBlur",
    "image_center_crop": f"{_OPERATORS}.image_transform.center_crop:ImageCenterCrop",
    "image_convert_color": f"{_OPERATORS}.image_transform.convert_color:ImageConvertColor",
    "image_crop": f"{_OPERATORS}.image_transform.crop:ImageCrop",
    "image_filter": f"{_OPERATORS}.image_transform.filter:ImageFilter",
    "image_flip": f"{_OPERATORS}.image_transform.flip:ImageFlip",
    "image_grayscale": f"{_OPERATORS}.image_transform.grayscale:ImageGrayscale",
    "image_resize": f"{_OPERATORS}.image_transform.resize:ImageResize",
    "image_rotate": f"{_OPERATORS}.image_transform.rotate:ImageRotate",
    "search_store": f"{_OPERATORS}.vector_store.search:SearchStore",
    "milvus_search": f"{_OPERATORS}.vector_store.search:MilvusSearch",
    "faiss_search": f"{_OPERATORS}.vector_store.search:FaissSearch",
    "insert_store": f"{_OPERATORS}.vector_store.insert:InsertStore",
    "search_vectors": f"{_OPERATORS}.search_vectors.exact:SearchVectors",
    "runas_op": f"{_OPERATORS}.runas_op.runas_op:RunasOp",
    "text_embedding.sentence_transformers": (
        f"{_OPERATORS}.text_embedding.sentence_transformers:SentenceTransformersTextEmbedding"
    ),
    "data_loader": f"{_OPERATORS}.data_loader.data_loader:DataLoader",
    "data_source.csv": f"{_OPERATORS}.data_source.csv:CsvDataSource",
    "data_source.glob": f"{_OPERATORS}.data_source.glob:GlobDataSource",
    "data_source.spreadsheet": f"{_OPERATORS}.data_source.spreadsheet:SpreadsheetDataSource",
    "data_source.sql": f"{_OPERATORS}.data_source.sql:SqlDataSource",
    "molecular_fingerprinting.rdkit": (
        f"{_OPERATORS}.molecular_fingerprinting.rdkit:RdkitMolecularFingerprinting"
    ),
    "molecule_embedding.transformers": (
        f"{_OPERATORS}.molecule_embedding.transformers:TransformersMoleculeEmbedding"
    ),
    "rerank.cross_encoder": f"{_OPERATORS}.rerank.cross_encoder:CrossEncoderRerank",
    "rerank.search_result": f"{_OPERATORS}.rerank.search_result:SearchResultRerank",
    "text_embedding.dpr": f"{_OPERATORS}.text_embedding.dpr:DprTextEmbedding",
    "text_embedding.hashing": f"{_OPERATORS}.text_embedding.hashing:HashingTextEmbedding",
    "text_embedding.longformer": (
        f"{_OPERATORS}.text_embedding.longformer:LongformerTextEmbedding"
    ),
    "text_embedding.onnx": f"{_OPERATORS}.text_embedding.onnx:OnnxTextEmbedding",
    "text_embedding.transformers": (
        f"{_OPERATORS}.text_embedding.transformers:TransformersTextEmbedding"
    ),
    "action_classification.videomae": (
        f"{_OPERATORS}.action_classification.videomae:VideomaeActionClassification"
    ),
    "timeseries_embedding.chronos": (
        f"{_OPERATORS}.timeseries_embedding.chronos:ChronosTimeseriesEmbedding"
    ),
    "timeseries_embedding.minirocket": (
        f"{_OPERATORS}.timeseries_embedding.minirocket:MinirocketTimeseriesEmbedding"
    ),
    "timeseries_embedding.transformers": (
        f"{_OPERATORS}.timeseries_embedding.transformers:TransformersTimeseriesEmbedding"
    ),
    "video_copy_detection.alignment": (
        f"{_OPERATORS}.video_copy_detection.alignment:AlignmentVideoCopyDetection"
    ),
    "video_decode.ffmpeg": f"{_OPERATORS}.video_decode.ffmpeg:FfmpegVideoDecode",
    "video_embedding.frames": f"{_OPERATORS}.video_embedding.frames:FramesVideoEmbedding",
    "video_embedding.videomae": f"{_OPERATORS}.video_embedding.videomae:VideomaeVideoEmbedding",
    "video_scene.cuts": f"{_OPERATORS}.video_scene.cuts:CutsVideoScene",
    "text_splitter": f"{_OPERATORS}.text_splitter.text_splitter:TextSplitter",
    "image_captioning.transformers": (
        f"{_OPERATORS}.image_captioning.transformers:TransformersImageCaptioning"
    ),
    "image_classification.timm": f"{_OPERATORS}.image_classification.timm:TimmImageClassification",
    "image_classification.transformers": (
        f"{_OPERATORS}.image_classification.transformers:TransformersImageClassification"
    ),
    "image_segmentation.transformers": (
        f"{_OPERATORS}.image_segmentation.transformers:TransformersImageSegmentation"
    ),
    "image_to_image.transformers": (
        f"{_OPERATORS}.image_to_image.transformers:TransformersImageToImage"
    ),
    "machine_translation.transformers": (
        f"{_OPERATORS}.machine_translation.transformers:TransformersMachineTranslation"
    ),
    "object_detection.transformers": (
        f"{_OPERATORS}.object_detection.transformers:TransformersObjectDetection"
    ),
    "speech_to_text.transformers": (
        f"{_OPERATORS}.speech_to_text.transformers:TransformersSpeechToText"
    ),
    "text_generation.transformers": (
        f"{_OPERATORS}.text_generation.transformers:TransformersTextGeneration"
    ),
    "tensor_hstack": f"{_OPERATORS}.tensor.hstack:TensorHstack",
    "tensor_vstack": f"{_OPERATORS}.tensor.vstack:TensorVstack",
    "tensor_reshape": f"{_OPERATORS}.tensor.reshape:TensorReshape",
    "tensor_concat": f"{_OPERATORS}.tensor.concat:TensorConcat",
    "tensor_matmul": f"{_OPERATORS}.tensor.matmul:TensorMatmul",
    "tensor_normalize": f"{_OPERATORS}.tensor.normalize:TensorNormalize",
    "tensor_split": f"{_OPERATORS}.tensor.split:TensorSplit",
    "tensor_stack": f"{_OPERATORS}.tensor.stack:TensorStack",
    "tensor_unstack": f"{_OPERATORS}.tensor.unstack:TensorUnstack",
    "vector_concat": f"{_OPERATORS}.vector.concat:VectorConcat",
    "vector_dequantize": f"{_OPERATORS}.vector.dequantize:VectorDequantize",
    "vector_normalize": f"{_OPERATORS}.vector.normalize:VectorNormalize",
    "vector_pca": f"{_OPERATORS}.vector.pca:VectorPca",
    "vector_quantize": f"{_OPERATORS}.vector.quantize:VectorQuantize",
    "vector_truncate": f"{_OPERATORS}.vector.truncate:VectorTruncate",
    "cate_one_hot_encoder": f"{_OPERATORS}.tabular.cate_one_hot_encoder:CateOneHotEncoder",
    "decision_tree": f"{_OPERATORS}.tabular.decision_tree:DecisionTree",
    "logistic_regression": f"{_OPERATORS}.tabular.logistic_regression:LogisticRegression",
    "num_discretizer": f"{_OPERATORS}.tabular.num_discretizer:NumDiscretizer",
    "random_forest": f"{_OPERATORS}.tabular.random_forest:RandomForest",
    "standard_scaler": f"{_OPERATORS}.tabular.standard_scaler:StandardScaler",
    "svc": f"{_OPERATORS}.tabular.svc:Svc",
    "vector_similarity": f"{_OPERATORS}.vector.similarity:VectorSimilarity",
}

ALIASES: dict[str, str] = {
    "ann_insert": "insert_store",
    "ann_search": "search_store",
    "action_classification": "action_classification.videomae",
    "image_load": "image_decode.cv2",
    "image_captioning": "image_captioning.transformers",
    "machine_translation.opus_mt": "machine_translation.transformers",
    "face_embedding.deepface": "face_embedding.inceptionresnetv1",
    "face_landmark_detection": "face_landmark.onnx",
    "rerank": "rerank.cross_encoder",
    "sentence_embedding.sbert": "text_embedding.sentence_transformers",
    "sentence_embedding.transformers": "text_embedding.transformers",
}
"""Other names of operators, by which code written for earlier versions knows them. They take the
arguments of the operator that they stand for, and plans show that one's name.
"""
