// Classifies pictures with it:
//   dotnet run -c Release -- predict a.jpg b.jpg
var mlContext = new MLContext(seed: 1);

if (args is ["predict", .. var pictures])
{
    Predict(pictures);
    return;
}
