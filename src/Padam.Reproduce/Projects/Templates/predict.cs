void Predict(string[] pictures)
{
    ModelFile.Verify("model.zip");
    using var model = ImageClassificationTransformer.Find(mlContext.Model.Load("model.zip", out _));
    IDataView given = mlContext.Padam().LoadImages(pictures, model.FeatureColumnName, model.Preprocessing);
    foreach ((string picture, float[] score) in pictures.Zip(model.Transform(given).GetColumn<float[]>("Score")))
    {
        int best = Array.IndexOf(score, score.Max());
        Console.WriteLine($"{picture}: {model.ClassNames![best]} ({score[best]:P1})");
    }
}
