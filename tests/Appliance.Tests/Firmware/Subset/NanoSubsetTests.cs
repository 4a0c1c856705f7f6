using System.Xml.Linq;
using Appliance.TestSupport;
using Xunit;

namespace Appliance.Tests.Firmware.Subset;

/// <summary>
/// The firmware keeps to what the chip's interpreter runs: it compiles against the chip's library alone, and nothing
/// in its image is of the kinds that compile and then crash. Each kind is planted once, and found.
/// </summary>
public sealed class NanoSubsetTests
{
    [Fact]
    public void The_logic_compiles_against_the_chips_library_and_holds_nothing_that_breaks_it()
    {
        byte[] image = ChipCompiler.Compile(
            "Appliance.Supervisor", [.. ChipCompiler.Sources("firmware/Appliance.Supervisor")]);
        Assert.Empty(SubsetWalk.Find(image));
        Assert.True(SubsetWalk.Bodies(image) > 60, $"only {SubsetWalk.Bodies(image)} methods were walked");
    }

    [Fact]
    public void The_self_test_compiles_together_with_the_logic_and_keeps_to_the_subset()
    {
        byte[] image = ChipCompiler.Compile(
            "Appliance.Supervisor.SelfTest",
            [
                .. ChipCompiler.Sources("firmware/Appliance.Supervisor"),
                .. ChipCompiler.Sources("firmware/Appliance.Supervisor.SelfTest"),
            ]);
        Assert.Empty(SubsetWalk.Find(image));
    }

    [Fact]
    public void The_chips_own_part_compiles_against_stand_ins_of_the_device_packages()
    {
        byte[] image = ChipCompiler.Compile(
            "Appliance.Supervisor.Device",
            [
                .. ChipCompiler.Sources("firmware/Appliance.Supervisor"),
                .. ChipCompiler.Sources("firmware/Appliance.Supervisor.Device"),
            ],
            ("Appliance.StandIns", ChipCompiler.Signatures().Packages));
        Assert.Empty(SubsetWalk.Find(image));
    }

    [Theory]
    [InlineData("Appliance.Supervisor.Device")]
    [InlineData("Appliance.Supervisor.SelfTest")]
    public void The_project_of_the_chip_lists_exactly_the_files_that_are_there(string project)
    {
        string folder = Path.Combine(Checkout.Root, "firmware", project);
        IEnumerable<string> listed = XDocument.Load(Path.Combine(folder, $"{project}.nfproj")).Descendants()
            .Where(e => e.Name.LocalName == "Compile")
            .Select(e => Path.GetFullPath(Path.Combine(folder, e.Attribute("Include")!.Value.Replace('\\', '/'))));
        IEnumerable<string> there = ChipCompiler.Sources("firmware/Appliance.Supervisor")
            .Concat(ChipCompiler.Sources($"firmware/{project}"));
        Assert.Equal(there.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_readme_lists_the_files_of_the_self_test_in_the_order_in_which_they_are_compiled()
    {
        string firmware = Path.Combine(Checkout.Root, "firmware");
        string project = Path.Combine(firmware, "Appliance.Supervisor.SelfTest");
        string[] compiled =
        [
            .. XDocument.Load(Path.Combine(project, "Appliance.Supervisor.SelfTest.nfproj")).Descendants()
                .Where(e => e.Name.LocalName == "Compile")
                .Select(e => Path.Combine(project, e.Attribute("Include")!.Value.Replace('\\', '/')))
                .Select(file => Path.GetRelativePath(firmware, file)),
        ];
        string[] told =
        [
            .. File.ReadAllText(Path.Combine(firmware, "README.md")).Split("```")[1]
                .Split('\n', StringSplitOptions.RemoveEmptyEntries),
        ];

        Assert.NotEmpty(told);
        Assert.Equal(compiled, told);
    }

    // One compilation for all of them: a run of the compiler takes a second.
    [Fact]
    public void What_breaks_the_chip_is_found_where_it_is_planted()
    {
        (string Text, string Found)[] planted =
        [
            ("class A0<T> { T a; T Get() { return a; } }", "generic: a"),
            ("class A1 { static void Same<T>(T a) { } static void M() { Same(1); } }", "generic: 1 rows of MethodSpec"),
            ("delegate void Done<T>(T a); class A2 { Done<int> done; }", "generic: done"),
            ("class A3 { int[,] table = new int[2, 3]; }", "multi-dimensional array: table"),
            ("class A4 { int M() { int[,] t = new int[2, 3]; return t[1, 1]; } }", "multi-dimensional array: a type"),
            ("class A5 { unsafe int M() { byte* b = stackalloc byte[8]; return b[0]; } }", "localloc: A5.M"),
            ("class A6 { int M(int a) { return checked(a + 1); } }", "add.ovf: A6.M"),
            ("class A7 { unsafe int M(byte[] a) { fixed (byte* b = a) { return b[0]; } } }", "fixed: a method"),
            ("class A8 { string M(int a) { return a.ToString(\"000\"); } }", "format string \"000\": A8.M"),
            ("class A9 { string M(double a) { return a.ToString(\"R\"); } }", "format string \"R\": A9.M"),
            (
                "class B0 { uint a; long M() { return (int)(a >> 21) - 1024; } }",
                "sign of an unsigned number, conv.i8: B0.M"),
            ("class B1 { uint a; int M() { return (int)a >> 8; } }", "sign of an unsigned number, shr: B1.M"),
            ("class B2 { uint a; int M() { return (int)a; } }", "sign of an unsigned number, returned as signed: B2.M"),
            (
                "class B3 { uint a; int M(int b) { return M((int)a); } }",
                "sign of an unsigned number, given as signed: B3.M"),
        ];
        IReadOnlyList<string> found = SubsetWalk.Find(ChipCompiler.CompileTexts([.. planted.Select(p => p.Text)]));
        foreach ((string text, string expected) in planted)
        {
            Assert.True(
                found.Any(f => f.StartsWith(expected, StringComparison.Ordinal)),
                $"not found: {text}; found: {string.Join("; ", found)}");
        }
    }

    [Fact]
    public void What_the_chips_library_lacks_does_not_compile()
    {
        string[] planted =
        [
            "interface A0 { int M() { return 1; } }",
            "class A1 { int? a; }",
            "class A2 { (int, int) M() { return (1, 2); } }",
            "using System.Collections.Generic; class A3 { List<int> a; }",
            "class A4 { System.Span<byte> M() { return default; } }",
            "class A5 { string M() { return string.Join(\",\", new string[0]); } }",
            "class A6 { volatile int a; }",
        ];

        // A missing member, and a missing type for volatile, are only told where all else is right.
        foreach (string[] half in new[] { planted[..5], planted[5..6], planted[6..] })
        {
            string said = Assert.Throws<InvalidOperationException>(() => ChipCompiler.CompileTexts(half)).Message;
            Assert.All(half.Select((_, i) => $"Planted{i}.cs"), file => Assert.Contains(file, said));
        }
    }
}
