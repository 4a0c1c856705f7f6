using Xunit;

namespace Appliance.SystemTests.Package;

/// <summary>What the tests of the packages share: packages and one Debian, each made when first asked for.</summary>
public sealed class PackageFixture : IDisposable
{
    private DebianRoot? debian;

    internal BuiltPackages Packages { get; } = new();

    internal DebianRoot Debian => debian ??= new DebianRoot();

    public void Dispose()
    {
        debian?.Dispose();
        Packages.Dispose();
    }
}

[CollectionDefinition(Name)]
public sealed class SharedPackages : ICollectionFixture<PackageFixture>
{
    public const string Name = "packages";
}
