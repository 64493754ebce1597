using Microsoft.Data.Sqlite;
using Microsoft.ML;
using Microsoft.ML.Data;
using Padam.MLNet;
using Padam.MLNet.Backbones;
using Padam.MLNet.Optimizers;

// Pictures that are no files: in the rows of a database, and in memory.
const string Database = "Data Source=pictures.db";
MakePictures(labelled: 600, unlabelled: 40);

// ML.NET reads data more than once, so the rows are an enumerable that opens the database each time, and in the same order. A column of
// bytes is a column of image files: they are decoded inside, as they are wanted.
var mlContext = new MLContext(seed: 1);
IDataView labelled = mlContext.Data.LoadFromEnumerable(Pictures("class IS NOT NULL"));
DataOperationsCatalog.TrainTestData parts = mlContext.Data.TrainTestSplit(labelled, testFraction: 0.2, seed: 1);

var pipeline = mlContext
    .Transforms.Conversion.MapValueToKey("Label", nameof(Picture.Class))
    .Append(
        mlContext
            .Padam()
            .ImageClassifier(
                new ImageClassificationOptions
                {
                    FeatureColumnName = nameof(Picture.File),
                    ImageSize = new(32, 32),
                    Backbone = Backbone.Parse("vgg-small"),
                    Optimizer = new PadamOptions
                    {
                        LearningRate = 0.1,
                        Partial = 1.0 / 8,
                        WeightDecay = 5e-4,
                    },
                    BatchSize = 32,
                    Epochs = 5,
                }
            )
    )
    .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedClass", "PredictedLabel"));
ITransformer model = pipeline.Fit(parts.TrainSet);
double accuracy = mlContext.MulticlassClassification.Evaluate(model.Transform(parts.TestSet)).MicroAccuracy;
Console.WriteLine($"{accuracy:P1} of the test pictures in the database are right.");

// Those without a class get one.
IDataView unknown = model.Transform(mlContext.Data.LoadFromEnumerable(Pictures("class IS NULL")));
(long Id, string Class)[] answers = [.. unknown.GetColumn<long>(nameof(Picture.Id)).Zip(unknown.GetColumn<string>("PredictedClass"))];
Store(answers);
int right = answers.Count(answer => answer.Class == Shapes.ClassOf((int)answer.Id));
Console.WriteLine($"{answers.Length} pictures without a class got one, {right} of them the right one.");

// One picture that is in memory and nowhere else.
using var engine = mlContext.Model.CreatePredictionEngine<Picture, Prediction>(model);
Prediction prediction = engine.Predict(new Picture { File = Shapes.Jpeg(5000) });
Console.WriteLine($"A {Shapes.ClassOf(5000)} in memory: {prediction.PredictedClass} ({prediction.Score.Max():P1}).");

// What is no image is said by its row.
try
{
    engine.Predict(new Picture { File = Shapes.Jpeg(5000)[..500] });
    return 1;
}
catch (BadImageException fault)
{
    Console.WriteLine(fault.Message);
}

return accuracy > 0.7 && right >= 0.7 * answers.Length && Unanswered() == 0 ? 0 : 1;

static IEnumerable<Picture> Pictures(string condition)
{
    using SqliteConnection connection = Open();
    using SqliteCommand command = connection.CreateCommand();
    command.CommandText = $"SELECT id, class, file FROM pictures WHERE {condition} ORDER BY id";
    using SqliteDataReader reader = command.ExecuteReader();
    while (reader.Read())
    {
        yield return new Picture
        {
            Id = reader.GetInt64(0),
            Class = reader.IsDBNull(1) ? "" : reader.GetString(1),
            File = reader.GetFieldValue<byte[]>(2),
        };
    }
}

static void Store(IEnumerable<(long Id, string Class)> answers)
{
    using SqliteConnection connection = Open();
    using SqliteTransaction transaction = connection.BeginTransaction();
    foreach ((long id, string name) in answers)
        Run(connection, "UPDATE pictures SET predicted = $predicted WHERE id = $id", ("$predicted", name), ("$id", id));
    transaction.Commit();
}

static long Unanswered()
{
    using SqliteConnection connection = Open();
    using SqliteCommand command = connection.CreateCommand();
    command.CommandText = "SELECT COUNT(*) FROM pictures WHERE class IS NULL AND predicted IS NULL";
    return (long)command.ExecuteScalar()!;
}

static void MakePictures(int labelled, int unlabelled)
{
    using SqliteConnection connection = Open();
    Run(connection, "DROP TABLE IF EXISTS pictures");
    Run(connection, "CREATE TABLE pictures (id INTEGER PRIMARY KEY, class TEXT, predicted TEXT, file BLOB NOT NULL)");
    using SqliteTransaction transaction = connection.BeginTransaction();
    for (int number = 0; number < labelled + unlabelled; number++)
    {
        Run(
            connection,
            "INSERT INTO pictures (id, class, file) VALUES ($id, $class, $file)",
            ("$id", number),
            ("$class", number < labelled ? Shapes.ClassOf(number) : DBNull.Value),
            ("$file", Shapes.Jpeg(number))
        );
    }

    transaction.Commit();
}

static SqliteConnection Open()
{
    var connection = new SqliteConnection(Database);
    connection.Open();
    return connection;
}

static void Run(SqliteConnection connection, string text, params (string Name, object Value)[] values)
{
    using SqliteCommand command = connection.CreateCommand();
    command.CommandText = text;
    foreach ((string name, object value) in values)
        command.Parameters.AddWithValue(name, value);
    command.ExecuteNonQuery();
}

internal sealed class Picture
{
    public long Id { get; set; }

    public string Class { get; set; } = "";

    public byte[] File { get; set; } = [];
}

internal sealed class Prediction
{
    public string PredictedClass { get; set; } = "";

    public float[] Score { get; set; } = [];
}
