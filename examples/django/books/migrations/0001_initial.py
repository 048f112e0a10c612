from django.db import migrations, models

FIRST_BOOKS = [
    ("Frankenstein", "Mary Shelley", 1818),
    ("Le Comte de Monte-Cristo", "Alexandre Dumas, père", 1844),
    ("Walden", "Henry David Thoreau", 1854),
]


def add_books(apps, schema_editor):
    book = apps.get_model("books", "Book")
    for title, author, year in FIRST_BOOKS:
        book.objects.create(title=title, author=author, year=year)


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Book",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                ("author", models.CharField(max_length=200)),
                ("year", models.IntegerField()),
            ],
            options={"ordering": ["year", "title"]},
        ),
        migrations.RunPython(add_books, migrations.RunPython.noop),
    ]
