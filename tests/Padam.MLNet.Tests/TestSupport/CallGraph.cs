using System.Reflection;

namespace Padam.MLNet.Tests;

/// <summary>
/// Which methods of an assembly may come to call which of its others, directly, through an override, or by a delegate that they make.
/// </summary>
internal sealed class CallGraph
{
    private readonly Assembly _assembly;
    private readonly Dictionary<MethodBase, MethodBase[]> _called = [];
    private readonly ILookup<MethodBase, MethodBase> _overrides;

    internal CallGraph(Assembly assembly)
    {
        _assembly = assembly;
        MethodBase[] methods = [.. assembly.GetTypes().SelectMany(CompiledCode.Methods)];
        _overrides = methods
            .OfType<MethodInfo>()
            .Where(method => method.IsVirtual && method.GetBaseDefinition() != method)
            .ToLookup(method => CompiledCode.Definition(method.GetBaseDefinition()), method => (MethodBase)method);
        foreach (MethodBase method in methods)
            _called[method] = [.. CompiledCode.Uses(method).OfType<MethodBase>().SelectMany(WithOverrides).Distinct()];
    }

    /// <summary>A shortest way from a method of the assembly to one that is sought, both included; null where there is none.</summary>
    internal IReadOnlyList<MethodBase>? Way(MethodBase from, Func<MethodBase, bool> isSought)
    {
        Dictionary<MethodBase, MethodBase?> cameFrom = WithOverrides(from).ToDictionary(method => method, _ => (MethodBase?)null);
        var next = new Queue<MethodBase>(cameFrom.Keys);
        while (next.TryDequeue(out MethodBase? at))
        {
            if (isSought(at))
                return Back(at, cameFrom);
            foreach (MethodBase called in _called.GetValueOrDefault(at, []))
                if (cameFrom.TryAdd(called, at))
                    next.Enqueue(called);
        }

        return null;
    }

    private IEnumerable<MethodBase> WithOverrides(MethodBase method)
    {
        MethodBase definition = CompiledCode.Definition(method);
        if (definition.DeclaringType?.Assembly != _assembly)
            return [];
        return definition is MethodInfo { IsVirtual: true } @virtual
            ? _overrides[CompiledCode.Definition(@virtual.GetBaseDefinition())].Prepend(definition)
            : [definition];
    }

    private static List<MethodBase> Back(MethodBase at, Dictionary<MethodBase, MethodBase?> cameFrom)
    {
        List<MethodBase> way = [at];
        while (cameFrom[way[0]] is { } before)
            way.Insert(0, before);
        return way;
    }
}
