using System.CommandLine;

namespace Padam.Benchmarks;

/// <summary>Options that several commands have.</summary>
internal static class Options
{
    /// <summary>A network of the report.</summary>
    internal static Option<string> Backbone()
    {
        Option<string> option = new("--backbone") { Required = true, Description = "vgg16, resnet18 or wrn-16-4." };
        option.AcceptOnlyFromAmong("vgg16", "resnet18", "wrn-16-4");
        return option;
    }

    /// <summary>A number of at least 1.</summary>
    internal static Option<int> Count(string name, int value, string description)
    {
        Option<int> option = new(name) { DefaultValueFactory = _ => value, Description = $"{description} The default value is {value}." };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
                result.AddError($"{name} must be at least 1.");
        });
        return option;
    }
}
